import {
  spanOf,
  type TraceContextFields,
  traceContextFields,
  traceStateOf,
} from "@executor/telemetry/tracing";
import { Context, Effect } from "effect";

/** Whether the source in use is told the trace that its requests are part of. */
class TellsTrace extends Context.Reference<TellsTrace>()("@executor/sdk/TellsTrace", {
  defaultValue: () => true,
}) {}

/** Uses a source as its operator wants: without `traceContext`, no request names a trace. */
export const tellingTrace =
  ({ traceContext }: { readonly traceContext: boolean }) =>
  <A, E, R>(use: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    traceContext ? use : Effect.provideService(use, TellsTrace, false);

/** W3C Trace Context of the current span for the source in use; `undefined` where traces are off, or the source is not to know. */
export const outgoingTrace: Effect.Effect<TraceContextFields | undefined> = Effect.withFiberRuntime(
  (fiber) => {
    const span = spanOf(fiber);
    return Effect.succeed(
      span !== undefined && Context.get(fiber.currentContext, TellsTrace)
        ? traceContextFields(span, traceStateOf(span))
        : undefined,
    );
  },
);
