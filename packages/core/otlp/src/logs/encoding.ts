import type { LogRecord } from "@executor/telemetry/logging";
import type { Sender } from "../metrics/encoding.ts";

/** A way to write an `ExportLogsServiceRequest` of OTLP 1.x. */
export type EncodeLogs = (sender: Sender, records: ReadonlyArray<LogRecord>) => Uint8Array;

/** `SeverityNumber` of opentelemetry-proto 1.x; 0, unspecified, for a level that it does not have. */
export const severityOf = ({ level }: LogRecord): number => severities.get(level) ?? 0;

const severities: ReadonlyMap<string, number> = new Map([
  ["TRACE", 1],
  ["DEBUG", 5],
  ["INFO", 9],
  ["WARN", 13],
  ["ERROR", 17],
  ["FATAL", 21],
]);

/** Unix nanoseconds. */
export const nanosOf = ({ time }: LogRecord): bigint => BigInt(time.getTime()) * 1_000_000n;

/** An id as OTLP takes it; `undefined` for another, which receivers would refuse with the whole request. */
export const traceIdOf = ({ traceId = "" }: LogRecord): string | undefined =>
  /^(?!0+$)[\da-f]{32}$/.test(traceId) ? traceId : undefined;

/** An id of a span, of a record that has a trace's. */
export const spanIdOf = (record: LogRecord): string | undefined =>
  traceIdOf(record) !== undefined && /^(?!0+$)[\da-f]{16}$/.test(record.spanId ?? "")
    ? record.spanId
    : undefined;

/** What a record says besides its message. */
export const attributesOf = ({
  attributes,
  error,
  executionId,
}: LogRecord): ReadonlyArray<readonly [key: string, value: string]> => [
  ...(executionId === undefined ? [] : [["executor.execution.id", executionId] as const]),
  ...(error === undefined ? [] : [["exception.stacktrace", error] as const]),
  ...attributes,
];

/** Bytes of the fields that each record has: times, level, ids and lengths. */
const fixedBytes = 128;

/** Bytes of a record in a request, roughly. */
export const bytesOf = (record: LogRecord): number =>
  attributesOf(record).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    fixedBytes + Buffer.byteLength(record.message),
  );
