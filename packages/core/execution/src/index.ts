export { Executions } from "./executions.ts";
export type { ExecutionRequest } from "./executions.ts";
export { Limits, defaultLimits } from "./limits.ts";
export type { ExecutionLimits } from "./limits.ts";
export * from "./schemas.ts";
