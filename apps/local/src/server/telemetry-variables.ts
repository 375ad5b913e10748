import { isAnySet } from "@executor/otlp/switch";
import { Effect } from "effect";

/** Whole sentences about OpenTelemetry's variables that are set and have no effect. It loads nothing where none is set. */
export const variableProblems: Effect.Effect<ReadonlyArray<string>> = Effect.gen(function* () {
  if (!(yield* isAnySet)) return [];
  const { checkVariables } = yield* Effect.promise(() => import("@executor/otlp"));
  return yield* checkVariables;
});
