/** What a client that speaks streamable HTTP accepts (MCP 2025-11-25, "Transports"). */
export const mcpHeaders = { accept: "application/json, text/event-stream" };

/** A client's first request. */
export const initialize = (name = "e2e", version = "1") => ({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name, version },
  },
});
