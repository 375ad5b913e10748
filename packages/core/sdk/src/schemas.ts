/** The shapes and errors of sources and tools, without the services: what API contracts and clients need. */
export * from "./elicitation.ts";
export * from "./json.ts";
export * from "./policy.ts";
export * from "./secret.ts";
export * from "./secret-reference.ts";
export * from "./source.ts";
export * from "./source-errors.ts";
export * from "./tool.ts";
export * from "./tool-call-error.ts";
export * from "./tools-errors.ts";
