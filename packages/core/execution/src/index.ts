export { Executions } from "./executions.ts";
export type { ExecutionRequest, ResumeRequest } from "./requests.ts";
export { Limits, defaultLimits } from "./limits.ts";
export type { ExecutionLimits } from "./limits.ts";
export * from "./schemas.ts";
