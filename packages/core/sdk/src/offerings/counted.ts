import { Effect, Exit } from "effect";
import { endOf } from "../invocation/call-measurement.ts";
import { offeringRequests } from "../metrics.ts";
import { unknownSource } from "../model/source-in-use.ts";
import type { ToolCallError } from "../model/tool.ts";

/** Methods of MCP by which clients use what sources offer beside tools. */
export type OfferingMethod =
  | "resources/list"
  | "resources/templates/list"
  | "resources/read"
  | "resources/subscribe"
  | "prompts/list"
  | "prompts/get"
  | "completion/complete";

/** Counts a use of a source however it ends; `undefined` is no source. */
export const counted =
  (method: OfferingMethod, source: string | undefined) =>
  <A>(use: Effect.Effect<A, ToolCallError>): Effect.Effect<A, ToolCallError> =>
    Effect.onExit(use, (exit) =>
      Effect.sync(() =>
        offeringRequests.add(1, {
          "mcp.method.name": method,
          "executor.source": source ?? unknownSource,
          outcome: Exit.isSuccess(exit) ? "ok" : endOf(exit.cause).outcome,
        }),
      ),
    );
