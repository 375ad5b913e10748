export { defaultMcpLimits, Limits as McpHostLimits } from "./limits.ts";
export type { McpLimits } from "./limits.ts";
export { McpHost } from "./mcp-host.ts";
export type { McpHostOptions } from "./mcp-host.ts";
