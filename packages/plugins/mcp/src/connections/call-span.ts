import { recordingOf } from "@executor/telemetry/tracing";
import { Effect } from "effect";
import { networkPlace } from "../transports/endpoint.ts";
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
    const place = networkPlace(endpoint);
    span.kind = "client";
    span.set({
      "mcp.method.name": "tools/call",
      "executor.mcp.tool.name": tool,
      "network.transport": place === undefined ? "pipe" : "tcp",
      "server.address": place?.address,
      "server.port": place && Number(place.port),
    });
    return Effect.void;
  });
