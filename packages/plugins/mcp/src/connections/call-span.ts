import type { JsonObject } from "@executor/sdk";
import {
  type Attributes,
  type RecordedSpan,
  recordingOf,
  type SpanTracer,
  traced,
} from "@executor/telemetry/tracing";
import { Cause, Effect, Exit, Option } from "effect";
import { errorTypeOf, type McpFailure } from "../failures.ts";
import type { MeasuredOperation } from "../metrics.ts";
import { type Endpoint, networkPlace } from "../transports/endpoint.ts";

/** The span that requests on the wire are shown below, and its tracer. */
export interface Recording {
  readonly span: RecordedSpan;
  readonly tracer: SpanTracer;
}

/** What is recorded where this runs; `undefined` where nothing is. */
export const currentRecording: Effect.Effect<Recording | undefined> = Effect.withFiberRuntime(
  (fiber) => Effect.succeed(recordingOf(fiber)),
);

/**
 * Says on the span of a tool call that an MCP server answers it. A call has one span for both: OpenTelemetry's MCP conventions want no
 * second one where the tool's execution has a span already.
 */
export const describeCall = ({ span }: Recording, endpoint: Endpoint, tool: string): void => {
  span.kind = "client";
  span.set({
    "mcp.method.name": "tools/call",
    "executor.mcp.tool.name": tool,
    ...placeAttributes(endpoint),
  });
};

/** Runs a request that is no tool call in a span of its own (OpenTelemetry's MCP conventions). */
export const inRequestSpan = ({
  endpoint,
  method,
  namespace,
  version,
}: Pick<MeasuredOperation, "endpoint" | "method" | "namespace" | "version">) =>
  traced<JsonObject, McpFailure>(() => ({
    name: method,
    kind: "client",
    attributes: () => ({
      "mcp.method.name": method,
      "executor.source": namespace,
      ...placeAttributes(endpoint),
    }),
    onEnd: (span, exit) => {
      span.set({ "mcp.protocol.version": version() });
      const failure = Exit.match(exit, {
        onSuccess: () => Option.none(),
        onFailure: Cause.failureOption,
      });
      if (Option.isSome(failure)) span.fail(errorTypeOf(failure.value));
    },
  }));

const placeAttributes = (endpoint: Endpoint): Attributes => {
  const place = networkPlace(endpoint);
  return {
    "network.transport": place === undefined ? "pipe" : "tcp",
    "server.address": place?.address,
    "server.port": place && Number(place.port),
  };
};
