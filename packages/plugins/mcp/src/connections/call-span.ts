import { recordingOf } from "@executor/telemetry/tracing";
import { Effect } from "effect";
import type { Session } from "./request-scope.ts";

/**
 * Says on the span of a tool call that an MCP server answers it. A call has one span for both: OpenTelemetry's MCP conventions want no
 * second one where the tool's execution has a span already.
 */
export const describeCall = ({ endpoint }: Session, tool: string): Effect.Effect<void> =>
  Effect.withFiberRuntime((fiber) => {
    const recording = recordingOf(fiber);
    if (recording === undefined) return Effect.void;
    const { span } = recording;
    const isHttp = endpoint.transport !== "stdio";
    span.kind = "client";
    span.set({
      "mcp.method.name": "tools/call",
      "executor.mcp.tool.name": tool,
      "network.transport": isHttp ? "tcp" : "pipe",
      "server.address": isHttp ? endpoint.url.hostname : undefined,
      "server.port": isHttp ? portOf(endpoint.url) : undefined,
    });
    return Effect.void;
  });

const portOf = ({ port, protocol }: URL): number => {
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
};
