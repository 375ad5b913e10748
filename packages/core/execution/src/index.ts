/** Runs agent code against the tools: the service {@link Executions}, its limits, and the shapes and errors of executions. */
export { Executions } from "./executions.ts";
export { DeliveredExecution } from "./delivered-execution.ts";
export { type ContentBlock, contentBlock } from "./content/content-block.ts";
export { defaultLimits, type ExecutionLimits, Limits } from "./limits.ts";
export type { ResumeRequest, RoundRequest } from "./approvals/questions.ts";
export type { Attendant, ExecutionRequest } from "./run/live-run.ts";
export * from "./schemas.ts";
