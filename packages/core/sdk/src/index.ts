export * from "./json.ts";
export * from "./plugin.ts";
export * from "./source.ts";
export * from "./source-errors.ts";
export * from "./tool.ts";
export * from "./tool-call-error.ts";
