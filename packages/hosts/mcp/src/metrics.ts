import { counter, durationSeconds, gauge, histogram } from "@executor/telemetry";

export const mcpServerOperationDuration = histogram({
  name: "mcp.server.operation.duration",
  description:
    "Time from an MCP request or notification to its answer, waiting for people left out.",
  unit: "s",
  labels: [
    "mcp.method.name",
    "gen_ai.tool.name",
    "gen_ai.operation.name",
    "network.transport",
    "mcp.protocol.version",
    "error.type",
    "rpc.response.status_code",
  ],
  boundaries: durationSeconds,
});

export const mcpServerSessionDuration = histogram({
  name: "mcp.server.session.duration",
  description: "Time from the beginning of an MCP session to its end, by either side.",
  unit: "s",
  labels: ["network.transport", "mcp.protocol.version"],
  boundaries: durationSeconds,
});

export const streamsActive = gauge({
  name: "executor.mcp.streams.active",
  description: "Streams open to MCP clients: those that listen, and replies under way.",
  unit: "{stream}",
  labels: ["network.transport"],
});

export const clientRequests = counter({
  name: "executor.client.requests",
  description: "MCP requests by the client that sent them.",
  unit: "{request}",
  labels: ["mcp.client.name"],
});
