import { DateTime, Effect } from "effect";
import { recordSourceState } from "../metrics.ts";
import type { ToolCallError } from "../model/tool.ts";
import type { CallTarget, SourceRows } from "../sources/source-rows.ts";
import { afterCall, callFailure, readyState, type StoredState } from "../sources/state-changes.ts";

/** Stores what a call tells about its whole source: that it cannot be reached, wants credentials, or works again. */
export const notingCondition =
  (rows: (typeof SourceRows)["Service"], source: CallTarget) =>
  <A>(call: Effect.Effect<A, ToolCallError>): Effect.Effect<A, ToolCallError> => {
    const { state } = source;
    const store = (next: StoredState) =>
      Effect.tap(rows.setState(source, next, false), () =>
        Effect.sync(() => recordSourceState(source, next.status)),
      );
    const noted = Effect.tapError(call, (error) => {
      const failure = callFailure(error);
      if (failure === undefined || failure.code === state.code) return Effect.void;
      return Effect.flatMap(DateTime.now, (now) => store(afterCall(state, failure, now)));
    });
    return state.status === "ready"
      ? noted
      : Effect.tap(noted, () => Effect.flatMap(DateTime.now, (now) => store(readyState(now))));
  };
