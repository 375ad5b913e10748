/** The shapes and errors of executions, without the services: what API contracts and clients need. */
export * from "./errors.ts";
export * from "./execution.ts";
