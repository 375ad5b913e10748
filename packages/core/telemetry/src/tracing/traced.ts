import { Context, Effect, type Exit, Fiber, FiberRef, Tracer } from "effect";
import { type ParentSpan, RecordedSpan } from "./span.ts";
import { enclosing, type SpanStart, SpanTracer } from "./span-tracer.ts";
import { unixMillis } from "./unix-millis.ts";

/** A span to begin around an effect, and what to note when the effect has ended. */
export interface TracedOptions<A, E> extends SpanStart {
  /** Called on a recorded span before it ends; without it, a failure is an error of the span. */
  readonly onEnd?: (span: RecordedSpan, exit: Exit.Exit<A, E>) => void;
}

/**
 * Runs an effect in a span below the current one. Where no {@link SpanTracer} is in force, and below a span that is not sampled, it
 * is the effect itself, which costs a tenth of a microsecond; Effect's `withSpan` costs five even when tracing is off.
 */
export const traced =
  <A, E>(begin: (tracer: SpanTracer) => TracedOptions<A, E>) =>
  <R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withFiberRuntime((fiber) => {
      const tracer = fiber.currentTracer;
      if (!(tracer instanceof SpanTracer)) return effect;
      const parent = enclosing(fiber.currentSpan);
      if (parent?._tag === "Span" && !parent.sampled) return effect;
      const options = begin(tracer);
      const span = tracer.start(options, parent);
      if (!(span instanceof RecordedSpan)) return withSpan(effect, fiber, span);
      return withSpan(effect, fiber, span, (exit) => {
        options.onEnd?.(span, exit);
        span.endAt(unixMillis(), exit);
      });
    });

/** Makes a span current while an effect runs. In one step with `end`: `Effect.locally` would cost as much again as `onExit` does. */
const withSpan = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  { currentContext: before }: Pick<Fiber.RuntimeFiber<unknown, unknown>, "currentContext">,
  span: Tracer.AnySpan,
  end?: (exit: Exit.Exit<A, E>) => void,
): Effect.Effect<A, E, R> => {
  const within = Context.add(before, Tracer.ParentSpan, span);
  return Effect.onExit(
    Effect.zipRight(FiberRef.set(FiberRef.currentContext, within), effect),
    (exit) => {
      end?.(exit);
      return FiberRef.set(FiberRef.currentContext, before);
    },
  );
};

/** Runs an effect below a span that was begun outside of it. */
export const below =
  (span: Tracer.AnySpan | undefined) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    span === undefined ? effect : Effect.withFiberRuntime((fiber) => withSpan(effect, fiber, span));

/** The tracer in force; `undefined` where traces are off. */
export const currentTracer: Effect.Effect<SpanTracer | undefined> = Effect.withFiberRuntime(
  ({ currentTracer: tracer }) => Effect.succeed(tracer instanceof SpanTracer ? tracer : undefined),
);

/** The recorded span in which a fiber runs, and its tracer; `undefined` where nothing is recorded. */
export const recordingOf = ({
  currentSpan,
  currentTracer: tracer,
}: Fiber.RuntimeFiber<unknown, unknown>):
  | { readonly span: RecordedSpan; readonly tracer: SpanTracer }
  | undefined => {
  if (!(tracer instanceof SpanTracer)) return undefined;
  const span = enclosing(currentSpan);
  return span instanceof RecordedSpan ? { span, tracer } : undefined;
};

/** The span that goes out to upstreams as the parent of what they do; `undefined` where traces are off. */
export const spanOf = ({
  currentSpan,
  currentTracer: tracer,
}: Fiber.RuntimeFiber<unknown, unknown>): ParentSpan | undefined =>
  tracer instanceof SpanTracer ? enclosing(currentSpan) : undefined;

let outsideFibers: ParentSpan | undefined;

/** Runs a function outside of fibers as if the span were current: what it records can have the span in an exemplar. */
export const recordIn = (span: ParentSpan | undefined, record: () => void): void => {
  outsideFibers = span;
  try {
    record();
  } finally {
    outsideFibers = undefined;
  }
};

/** Which measurements can become exemplars: those in exported spans, all, or none (OpenTelemetry's metrics SDK, "ExemplarFilter"). */
export const exemplarFilters = ["trace_based", "always_on", "always_off"] as const;
export type ExemplarFilter = (typeof exemplarFilters)[number];

let exemplarFilter: ExemplarFilter = "trace_based";

/** Sets the filter of exemplars; it is `trace_based` before. */
export const keepExemplars = (filter: ExemplarFilter): void => {
  exemplarFilter = filter;
};

/** Whether a measurement outside of exported spans becomes an exemplar too. */
export const keepsEveryExemplar = (): boolean => exemplarFilter === "always_on";

/**
 * The span of an exemplar of what is measured now. It is sampled by a {@link SpanTracer}: the ids of any other, such as those that
 * Effect makes up by itself, lead to no trace.
 */
export const exemplarSpan = (): ParentSpan | undefined => {
  if (exemplarFilter === "always_off") return undefined;
  let span = outsideFibers;
  if (span === undefined) {
    const fiber = Fiber.getCurrentFiber();
    if (fiber._tag === "Some") span = spanOf(fiber.value);
  }
  return span?.sampled === true ? span : undefined;
};
