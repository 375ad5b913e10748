export { jsonLine, textLine } from "./log-formats.ts";
export type { LogFormat } from "./log-formats.ts";
export { toLogRecord } from "./log-record.ts";
export type { LogRecord } from "./log-record.ts";
