import { describe, expect, it } from "@effect/vitest";
import { Data, Effect, Exit, Fiber, Option, Struct, type Tracer } from "effect";
import fc from "fast-check";
import {
  below,
  currentTracer,
  makeSampler,
  readTraceContext,
  type RecordedSpan,
  type SamplerName,
  spanOf,
  SpanTracer,
  traced,
} from "../../src/tracing/index.ts";

class Refused extends Data.TaggedError("Refused")<{ readonly errorType?: string }> {}

const named = (name: string) => traced<unknown, unknown>(() => ({ name }));

/** Runs an effect with a tracer; the spans in the order in which they ended. */
const run = (effect: Effect.Effect<unknown, unknown>, sampler: SamplerName = "always_on") => {
  const spans: Array<RecordedSpan> = [];
  const tracer = new SpanTracer({
    sampler: makeSampler(sampler, 1),
    onEnd: (span) => spans.push(span),
  });
  const exit = Effect.runSyncExit(Effect.withTracer(effect, tracer));
  return { exit, spans };
};

const parentIdOf = ({ parent }: Tracer.Span) => Option.getOrUndefined(parent)?.spanId;

/** Work with work within it, and how it ends once that has ended. */
interface Work {
  readonly end: keyof typeof ends;
  readonly isForked: boolean;
  readonly within: ReadonlyArray<Work>;
}

const ends = {
  success: Effect.void,
  failure: new Refused({}),
  defect: Effect.die("s3cret"),
  interruption: Effect.interrupt,
} as const;

const works = fc.letrec<{ work: Work; works: Array<Work> }>((tie) => ({
  works: fc.array(tie("work"), { maxLength: 3, depthIdentifier: "works" }),
  work: fc.record({
    end: fc.constantFrom(...Struct.keys(ends)),
    isForked: fc.boolean(),
    within: fc.oneof({ depthIdentifier: "works" }, fc.constant([]), tie("works")),
  }),
})).works;

/** Does work one after another, each in a span that is named by its place: `0.2` is the third within the first. */
const doing = (all: ReadonlyArray<Work>, around = ""): Effect.Effect<void> =>
  Effect.forEach(
    all,
    ({ end, isForked, within }, index) => {
      const name = `${around}${index}`;
      const whole = Effect.zipRight(doing(within, `${name}.`), ends[end]);
      const done = Effect.exit(named(name)(whole));
      return isForked ? Effect.flatMap(Effect.fork(done), Fiber.join) : done;
    },
    { discard: true },
  );

const namesOf = (all: ReadonlyArray<Work>, around = ""): ReadonlyArray<string> =>
  all.flatMap(({ within }, index) => {
    const name = `${around}${index}`;
    return [...namesOf(within, `${name}.`), name];
  });

describe("traced", () => {
  it("is below the work around it, however the work before ended", () => {
    fc.assert(
      fc.property(works, (all) => {
        const { spans } = run(doing(all));
        expect(spans.map(({ name }) => name)).toEqual(namesOf(all));
        const nameById = new Map(spans.map(({ name, spanId }) => [spanId, name]));
        for (const span of spans) {
          const around = span.name.slice(0, Math.max(0, span.name.lastIndexOf(".")));
          expect(nameById.get(parentIdOf(span) ?? "") ?? "").toBe(around);
        }
      }),
    );
  });

  it("makes a trace of nested effects, whose times hold each other", () => {
    const { spans } = run(Effect.void.pipe(named("inner"), named("outer")));
    const [inner, outer] = spans;
    if (inner === undefined || outer === undefined) throw new Error("spans are missing");
    expect(spans.map(({ name }) => name)).toEqual(["inner", "outer"]);
    expect(inner.traceId).toBe(outer.traceId);
    expect(inner.traceId).toMatch(/^[\da-f]{32}$/);
    expect(parentIdOf(inner)).toBe(outer.spanId);
    expect(parentIdOf(outer)).toBeUndefined();
    expect(Math.abs(outer.startMillis - Date.now())).toBeLessThan(1_000);
    expect(inner.startMillis).toBeGreaterThanOrEqual(outer.startMillis);
    expect(outer.endMillis).toBeGreaterThanOrEqual(inner.endMillis ?? Number.NaN);
  });

  it("has the attributes that have a value, and those of every span", () => {
    const effect = traced(() => ({
      name: "work",
      kind: "client",
      attributes: () => ({ a: 1, b: "two", c: true, d: ["x"], e: undefined }),
    }))(Effect.void);
    const { spans } = run(effect);
    expect(spans[0]?.kind).toBe("client");
    expect(Object.fromEntries(spans[0]?.attributes ?? [])).toEqual({
      a: 1,
      b: "two",
      c: true,
      d: ["x"],
    });
  });

  it("is the effect itself where no tracer is in force", () => {
    const effect = Effect.succeed(1);
    const begin = () => {
      throw new Error("Nothing asks for it.");
    };
    expect(Effect.runSync(traced(begin)(effect))).toBe(1);
    expect(Effect.runSync(currentTracer)).toBeUndefined();
    expect(Effect.runSync(Effect.withFiberRuntime((fiber) => Effect.succeed(spanOf(fiber))))).toBe(
      undefined,
    );
  });

  it("makes one span of a trace that is not sampled, whose ids go out, and asks for no attributes", () => {
    let asked = 0;
    const inner = traced(() => {
      asked += 1;
      return { name: "inner" };
    });
    const ids = Effect.withFiberRuntime((fiber) => Effect.succeed(spanOf(fiber)));
    const outer = traced<unknown, unknown>(() => ({
      name: "outer",
      attributes: () => {
        asked += 1;
        return {};
      },
    }));
    const { exit, spans } = run(ids.pipe(inner, outer), "always_off");
    expect(spans).toEqual([]);
    expect(asked).toBe(0);
    expect(Exit.isSuccess(exit) ? exit.value : undefined).toMatchObject({ sampled: false });
  });

  it("continues a caller's trace, with its tracestate", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const remote = readTraceContext(traceparent, "a=1");
    const { spans } = run(Effect.void.pipe(named("inner"), named("outer"), below(remote)));
    expect(spans.map(({ traceId, traceState }) => [traceId, traceState])).toEqual([
      ["0af7651916cd43dd8448eb211c80319c", "a=1"],
      ["0af7651916cd43dd8448eb211c80319c", "a=1"],
    ]);
    expect(spans[1] && parentIdOf(spans[1])).toBe("b7ad6b7169203331");
    const unsampled = readTraceContext(traceparent.replace(/01$/, "00"));
    expect(
      run(Effect.void.pipe(named("work"), below(unsampled)), "parentbased_always_on").spans,
    ).toEqual([]);
    expect(run(Effect.void.pipe(named("work"), below(unsampled)), "always_on").spans).toHaveLength(
      1,
    );
  });

  it("looks through the spans of Effect's own functions, which are not exported", () => {
    const own = Effect.fn("own")(function* () {
      yield* Effect.annotateCurrentSpan("secret", "s3cret");
      yield* Effect.logInfo("s3cret");
      return yield* named("inner")(Effect.void);
    });
    const { spans } = run(Effect.withSpan(named("outer")(own()), "around"));
    expect(spans.map(({ name }) => name)).toEqual(["inner", "outer"]);
    expect(spans[0] && parentIdOf(spans[0])).toBe(spans[1]?.spanId);
    expect(spans[1] && parentIdOf(spans[1])).toBeUndefined();
    expect(spans.map((span) => Object.fromEntries(span.attributes))).toEqual([{}, {}]);
  });

  it("is a root below a span that another tracer made", () => {
    const native = Effect.runSync(Effect.makeSpan("native"));
    const { spans } = run(Effect.withParentSpan(named("work")(Effect.void), native));
    expect(spans[0] && parentIdOf(spans[0])).toBeUndefined();
  });

  it.each([
    ["a success", Effect.void, false, {}],
    ["a failure", new Refused({}), true, { "error.type": "Refused" }],
    [
      "a failure that names its type",
      new Refused({ errorType: "429" }),
      true,
      { "error.type": "429" },
    ],
    ["a failure without a tag", Effect.fail("s3cret"), true, { "error.type": "_OTHER" }],
    ["a defect", Effect.die(new Error("s3cret")), true, { "error.type": "internal_error" }],
    ["an interruption", Effect.interrupt, false, { "executor.outcome": "cancelled" }],
  ])("ends by what came: %s", (_, effect, isError, attributes) => {
    const { spans } = run(named("work")(effect));
    expect(spans[0]?.isError).toBe(isError);
    expect(Object.fromEntries(spans[0]?.attributes ?? [])).toEqual({
      ...attributes,
    });
  });

  it("lets the operation judge its end, and tells of each span once", () => {
    const judged = traced<never, Refused>(() => ({
      name: "work",
      onEnd: (span) => {
        span.set({ "executor.outcome": "declined" });
        span.judge();
      },
    }));
    const { spans } = run(judged(new Refused({})));
    expect(spans[0]?.isError).toBe(false);
    expect(spans[0]?.attributes.get("error.type")).toBeUndefined();
    spans[0]?.end(0n, Exit.void);
    expect(spans).toHaveLength(1);
  });

  it("goes along into other fibers", () => {
    const forked = Effect.flatMap(Effect.fork(named("inner")(Effect.void)), Fiber.join);
    const { spans } = run(named("outer")(forked));
    expect(spans.map(({ name }) => name).toSorted()).toEqual(["inner", "outer"]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  });
});
