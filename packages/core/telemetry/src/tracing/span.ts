import { Cause, Context, Exit, Option, type Tracer } from "effect";
import { randomSpanId } from "./ids.ts";
import type { RemoteSpan } from "./trace-context.ts";

/** Value of a span's attribute, as OpenTelemetry has them; an array has one type. */
export type AttributeValue = string | number | boolean | ReadonlyArray<string>;

/** Attributes by name; those without a value are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** What Effect's `Tracer` wants of each span, besides what spans here differ in. */
abstract class LocalSpan implements Tracer.Span {
  readonly _tag = "Span";
  readonly links: Array<Tracer.SpanLink> = [];
  readonly parent: Option.Option<Tracer.AnySpan>;
  abstract readonly sampled: boolean;

  constructor(
    public name: string,
    readonly traceId: string,
    readonly spanId: string,
    /** W3C `tracestate` of the trace; `""` for none. */
    readonly traceState: string,
    parent: Tracer.AnySpan | undefined,
    public kind: Tracer.SpanKind,
    /** Unix milliseconds, with a fraction. */
    readonly startMillis: number,
  ) {
    this.parent = Option.fromNullable(parent);
  }

  abstract get attributes(): Map<string, AttributeValue>;

  get context(): Context.Context<never> {
    return Context.empty();
  }

  get status(): Tracer.SpanStatus {
    return { _tag: "Started", startTime: toNanos(this.startMillis) };
  }

  attribute(name: string, value: unknown): void {
    if (isAttributeValue(value)) this.attributes.set(name, value);
    else if (value === undefined) this.attributes.delete(name);
  }

  /** Executor's spans have no events: what happens within one is in the log, with the ids of trace and span. */
  event(): void {}

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.links.push(...links);
  }

  abstract end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void;
}

const isAttributeValue = (value: unknown): value is AttributeValue =>
  typeof value === "string" ||
  typeof value === "number" ||
  typeof value === "boolean" ||
  (Array.isArray(value) && value.every((item) => typeof item === "string"));

/** A span that is exported when it has ended. */
export class RecordedSpan extends LocalSpan {
  readonly sampled = true;
  readonly attributes = new Map<string, AttributeValue>();
  /** Unix milliseconds; `undefined` while it runs. */
  endMillis: number | undefined;
  /** Whether it ended in a failure: its status is then `Error`, and `Unset` otherwise. */
  isError = false;
  #isJudged = false;
  #onEnd: ((span: RecordedSpan) => void) | undefined;

  constructor(
    onEnd: (span: RecordedSpan) => void,
    ...[name, traceId, traceState, parent, kind, startMillis]: SpanParameters
  ) {
    super(name, traceId, randomSpanId(), traceState, parent, kind, startMillis);
    this.#onEnd = onEnd;
  }

  set(attributes: Attributes): void {
    for (const name in attributes) {
      const value = attributes[name];
      if (value !== undefined) this.attributes.set(name, value);
    }
  }

  /** Sets the status `Error` and `error.type`, which has few values and never a secret in them. */
  fail(errorType: string): void {
    this.#isJudged = true;
    this.isError = true;
    this.attributes.set("error.type", errorType);
  }

  /** Leaves the status as it is, however the effect inside ends. */
  judge(): void {
    this.#isJudged = true;
  }

  /**
   * Ends it once. Where nothing has judged it before, a failure has the error's `errorType` or else its `_tag` as `error.type`, a
   * defect `internal_error`, and an interruption is none but has `executor.outcome`.
   */
  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    this.endAt(Number(endTime) / 1e6, exit);
  }

  /** {@link end} at a time in Unix milliseconds. */
  endAt(millis: number, exit: Exit.Exit<unknown, unknown>): void {
    const onEnd = this.#onEnd;
    if (onEnd === undefined) return;
    this.#onEnd = undefined;
    this.endMillis = Math.max(millis, this.startMillis);
    if (!this.#isJudged && Exit.isFailure(exit)) {
      if (Cause.isInterruptedOnly(exit.cause)) this.attributes.set("executor.outcome", "cancelled");
      else this.fail(errorTypeOf(exit.cause));
    }
    onEnd(this);
  }
}

type SpanParameters = readonly [
  name: string,
  traceId: string,
  traceState: string,
  parent: Tracer.AnySpan | undefined,
  kind: Tracer.SpanKind,
  startMillis: number,
];

const errorTypeOf = (cause: Cause.Cause<unknown>): string =>
  Option.match(Cause.failureOption(cause), {
    onNone: () => "internal_error",
    onSome: (error) => {
      if (typeof error !== "object" || error === null) return "_OTHER";
      if ("errorType" in error && typeof error.errorType === "string") return error.errorType;
      return "_tag" in error && typeof error._tag === "string" ? error._tag : "_OTHER";
    },
  });

/** The root of a trace that is not sampled. It stands for all of it: no span below it is made, and upstreams get its ids. */
export class UnsampledSpan extends LocalSpan {
  readonly sampled = false;
  #attributes: Map<string, AttributeValue> | undefined;

  constructor(...[name, traceId, traceState, parent, kind, startMillis]: SpanParameters) {
    super(name, traceId, randomSpanId(), traceState, parent, kind, startMillis);
  }

  /** Kept, since a router writes the route on the request's span. */
  get attributes(): Map<string, AttributeValue> {
    this.#attributes ??= new Map();
    return this.#attributes;
  }

  end(): void {}
}

/** A span of Executor. */
export type ExecutorSpan = RecordedSpan | UnsampledSpan;

/** A span that can have spans below it: one of this process, or the caller's. */
export type ParentSpan = ExecutorSpan | RemoteSpan;

/**
 * What Effect's own `withSpan` and `Effect.fn` get: it stands for the span around them, so that a trace has the spans that Executor
 * documents and no other.
 */
export class TransparentSpan extends LocalSpan {
  readonly sampled: boolean;

  constructor(
    name: string,
    /** The span around it; `undefined` where there is none. */
    readonly around: ParentSpan | undefined,
    kind: Tracer.SpanKind,
    startTime: bigint,
  ) {
    const { traceId, spanId } = around ?? nowhere;
    super(name, traceId, spanId, traceStateOf(around), around, kind, Number(startTime) / 1e6);
    this.sampled = around?.sampled ?? false;
  }

  get attributes(): Map<string, AttributeValue> {
    return new Map();
  }

  override attribute(): void {}

  override addLinks(): void {}

  end(): void {}
}

const nowhere = { traceId: "0".repeat(32), spanId: "0".repeat(16) };

/** W3C `tracestate` that goes with a span; `""` for none. */
export const traceStateOf = (span: Tracer.AnySpan | undefined): string =>
  span !== undefined && "traceState" in span && typeof span.traceState === "string"
    ? span.traceState
    : "";

const toNanos = (millis: number): bigint => BigInt(Math.round(millis * 1_000)) * 1_000n;
