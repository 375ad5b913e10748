import { Tracer } from "effect";
import { randomTraceId } from "./ids.ts";
import type { Sampler } from "./sampler.ts";
import { RecordedSpan, TransparentSpan, UnsampledSpan, traceStateOf } from "./span.ts";
import type { Attributes, ExecutorSpan, ParentSpan } from "./span.ts";
import { unixMillis } from "./unix-millis.ts";

export interface SpanTracerOptions {
  readonly sampler: Sampler;
  /** Takes each sampled span when it has ended. It is called while others wait, so it does little. */
  readonly onEnd: (span: RecordedSpan) => void;
  /** Whether the operator wants the arguments and results of tool calls in spans; not unless given. */
  readonly recordsArguments?: boolean;
}

/** A span to begin. Names have few values; the attributes are asked for only where the span is recorded. */
export interface SpanStart {
  readonly name: string;
  readonly kind?: Tracer.SpanKind;
  readonly attributes?: () => Attributes;
}

/** Makes the spans of Executor, as Effect's `Tracer`: while it is in force, `traced` records, and exemplars are kept. */
export class SpanTracer implements Tracer.Tracer {
  readonly [Tracer.TracerTypeId]: Tracer.TracerTypeId = Tracer.TracerTypeId;
  readonly #options: SpanTracerOptions;

  constructor(options: SpanTracerOptions) {
    this.#options = options;
  }

  /** Whether the arguments and results of tool calls may be in spans. */
  get recordsArguments(): boolean {
    return this.#options.recordsArguments === true;
  }

  /** Begins a span below `parent`, or a new trace. The sampler decides about roots, and about what remote callers begin. */
  start(
    { name, kind = "internal", attributes }: SpanStart,
    parent: ParentSpan | undefined,
    link?: ParentSpan,
  ): ExecutorSpan {
    const { sampler, onEnd } = this.#options;
    const traceId = parent?.traceId ?? randomTraceId();
    const isSampled = parent?._tag === "Span" ? parent.sampled : sampler(traceId, parent);
    const all = [name, traceId, traceStateOf(parent), parent, kind, unixMillis()] as const;
    if (!isSampled) return new UnsampledSpan(...all);
    const span = new RecordedSpan(onEnd, ...all);
    if (attributes !== undefined) span.set(attributes());
    if (link !== undefined) span.addLinks([{ _tag: "SpanLink", span: link, attributes: {} }]);
    return span;
  }

  /** For Effect's own `withSpan`. */
  span(...[name, parent, , , startTime, kind]: Parameters<Tracer.Tracer["span"]>): Tracer.Span {
    const around = parent._tag === "Some" ? enclosing(parent.value) : undefined;
    return new TransparentSpan(name, around, kind, startTime);
  }

  context<X>(run: () => X): X {
    return run();
  }
}

/** A span that is never exported, for code that writes on a span where traces are off. */
export const placeholderSpan = (): ExecutorSpan =>
  new UnsampledSpan("", randomTraceId(), "", undefined, "internal", 0);

/** The span of Executor, or of a remote caller, that a current span stands for. A span of another tracer is none. */
export const enclosing = (span: Tracer.AnySpan | undefined): ParentSpan | undefined => {
  if (span instanceof TransparentSpan) return span.around;
  if (span instanceof RecordedSpan || span instanceof UnsampledSpan) return span;
  if (span?._tag !== "ExternalSpan") return undefined;
  return { ...span, traceState: traceStateOf(span) };
};
