import type { JsonObject } from "@executor/sdk";
import { Cause, Effect, Exit, Option } from "effect";
import { errorTypeOf } from "./failures/mcp-failure.ts";
import type { McpFailure } from "./failures/mcp-failure.ts";
import { mcpClientOperationDuration } from "./metrics.ts";

/** Records how long a request took and how it ended, however that is. `elapsedMs` is asked for at its end. */
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

/** What OpenTelemetry's MCP conventions call a result with `isError`. */
const toolError = (result: JsonObject | void): string | undefined =>
  result?.["isError"] === true ? "tool_error" : undefined;

const failure = (cause: Cause.Cause<McpFailure>): string =>
  Option.match(Cause.failureOption(cause), {
    onNone: () => (Cause.isInterrupted(cause) ? "cancelled" : "internal_error"),
    onSome: errorTypeOf,
  });
