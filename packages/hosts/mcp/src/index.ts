/** The MCP endpoint: {@link McpHost} answers streamable HTTP requests with sessions over the execution engine. */
export { McpHost, type McpHostOptions } from "./mcp-host.ts";
export { defaultMcpLimits, McpHostLimits, type McpLimits } from "./sessions/sessions.ts";
