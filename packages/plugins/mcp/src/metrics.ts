import { durationSeconds, histogram } from "@executor/telemetry";

export const mcpClientOperationDuration = histogram({
  name: "mcp.client.operation.duration",
  description: "Time of requests to MCP servers, waiting for people left out.",
  unit: "s",
  labels: ["executor.source", "mcp.method.name", "error.type"],
  boundaries: durationSeconds,
});
