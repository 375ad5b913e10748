/** Where MCP clients find the daemon. */
export const mcpPath = "/mcp";
