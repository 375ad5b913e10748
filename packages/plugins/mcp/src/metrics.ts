import type { JsonObject } from "@executor/sdk";
import { durationSeconds, histogram } from "@executor/telemetry";
import { Cause, Effect, Exit, Option } from "effect";
import { errorTypeOf, type McpFailure } from "./failures.ts";

export const mcpClientOperationDuration = histogram({
  name: "mcp.client.operation.duration",
  description: "Time of requests to MCP servers, waiting for people left out.",
  unit: "s",
  labels: ["executor.source", "mcp.method.name", "error.type"],
  boundaries: durationSeconds,
});

/** Records the duration and the result of a request, interruptions and defects included. `elapsedMs` is called at its end. */
export const measured =
  (method: string, namespace: string | undefined, elapsedMs: () => number) =>
  <A extends JsonObject | void>(
    request: Effect.Effect<A, McpFailure>,
  ): Effect.Effect<A, McpFailure> =>
    Effect.onExit(request, (exit) =>
      Effect.sync(() =>
        mcpClientOperationDuration.record(elapsedMs() / 1000, {
          "executor.source": namespace,
          "mcp.method.name": method,
          "error.type": Exit.match(exit, { onSuccess: toolError, onFailure: failure }),
        }),
      ),
    );

/** The error type of a result with `isError` in OpenTelemetry's MCP conventions. */
const toolError = (result: JsonObject | void): string | undefined =>
  result?.["isError"] === true ? "tool_error" : undefined;

const failure = (cause: Cause.Cause<McpFailure>): string =>
  Option.match(Cause.failureOption(cause), {
    onNone: () => (Cause.isInterrupted(cause) ? "cancelled" : "internal_error"),
    onSome: errorTypeOf,
  });
