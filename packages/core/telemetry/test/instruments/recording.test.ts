import { describe, expect, it } from "@effect/vitest";
import { Effect, Metric, Tracer } from "effect";
import { counter, durationSeconds, gauge, histogram } from "../../src/index.ts";
import { RegistryReading } from "../../src/reading/index.ts";
import {
  keepExemplars,
  makeSampler,
  recordIn,
  SpanTracer,
  traced,
} from "../../src/tracing/index.ts";
import type { HistogramSeries, Series } from "../../src/reading/index.ts";

const described = { description: "For a test.", unit: "{thing}", labels: [] };

const reading = new RegistryReading();

/** The one series of a metric. */
const seriesOf = (name: string): Series => {
  const series = reading.read().find(({ metric }) => metric.name === name);
  if (series === undefined) throw new Error(`${name} has no series`);
  return series;
};

const exemplarOf = (name: string) => {
  const series = seriesOf(name);
  return series.type === "number" ? series.exemplar : undefined;
};

const histogramOf = (name: string): HistogramSeries => {
  const series = seriesOf(name);
  if (series.type !== "histogram") throw new Error(`${name} is not a histogram`);
  return series;
};

const tracer = new SpanTracer({ sampler: makeSampler("always_on", 1), onEnd: () => {} });

const inSpan = (traceId: string, sampled: boolean, record: () => void): void =>
  Effect.sync(record).pipe(
    Effect.withParentSpan(Tracer.externalSpan({ traceId, spanId: "span", sampled })),
    Effect.withTracer(tracer),
    Effect.runSync,
  );

describe("an exemplar", () => {
  it("is a counter's last measurement in a sampled span", () => {
    const name = "test.exemplar.counter";
    const things = counter({ name, ...described });
    things.add(1, {});
    expect(exemplarOf(name)).toBeUndefined();
    const before = Date.now() / 1_000;
    inSpan("first", true, () => things.add(2, {}));
    inSpan("second", true, () => things.add(3, {}));
    inSpan("unsampled", false, () => things.add(4, {}));
    inSpan("refused", true, () => things.add(-1, {}));
    things.add(5, {});
    const exemplar = exemplarOf(name);
    expect(exemplar).toMatchObject({ traceId: "second", spanId: "span", value: 3 });
    expect(exemplar?.timestamp).toBeGreaterThanOrEqual(before);
    expect(exemplar?.timestamp).toBeLessThanOrEqual(Date.now() / 1_000);
  });

  it("is of the span that an effect runs in", () => {
    const name = "test.exemplar.span";
    const things = counter({ name, ...described });
    const span = Effect.sync(() => things.add(1, {})).pipe(
      Effect.zipRight(Effect.currentSpan),
      traced(() => ({ name: "work" })),
      Effect.withTracer(tracer),
      Effect.runSync,
    );
    expect(exemplarOf(name)).toMatchObject({
      traceId: span.traceId,
      spanId: span.spanId,
    });
  });

  it("is not of a span that Effect makes up where traces are off, nor of one that is not sampled", () => {
    const name = "test.exemplar.off";
    const things = counter({ name, ...described });
    const add = Effect.sync(() => things.add(1, {}));
    Effect.runSync(Effect.withSpan(add, "work"));
    const off = new SpanTracer({ sampler: makeSampler("always_off", 1), onEnd: () => {} });
    Effect.runSync(Effect.withTracer(traced(() => ({ name: "work" }))(add), off));
    expect(exemplarOf(name)).toBeUndefined();
  });

  it("is of measurements outside of exported spans too where the filter takes all, and of none where it takes none", () => {
    const name = "test.exemplar.filter";
    const things = counter({ name, ...described });
    keepExemplars("always_on");
    things.add(1, {});
    const untraced = exemplarOf(name);
    inSpan("first", true, () => things.add(2, {}));
    const inTrace = exemplarOf(name);
    keepExemplars("always_off");
    inSpan("second", true, () => things.add(3, {}));
    keepExemplars("trace_based");
    expect(untraced).toMatchObject({ traceId: "", spanId: "", value: 1 });
    expect(inTrace).toMatchObject({ traceId: "first", value: 2 });
    expect(exemplarOf(name)).toEqual(inTrace);
  });

  it("is of the span that is named where no fiber runs", () => {
    const name = "test.exemplar.outside";
    const things = counter({ name, ...described });
    const span = tracer.start({ name: "work" }, undefined);
    recordIn(span, () => things.add(1, {}));
    things.add(1, {});
    expect(exemplarOf(name)).toMatchObject({ traceId: span.traceId, spanId: span.spanId });
  });

  it("is kept for each bucket of a histogram, whose upper bounds are inclusive", () => {
    const name = "test.exemplar.histogram";
    const wait = histogram({ name, ...described, boundaries: durationSeconds });
    const last = durationSeconds.values.length - 1;
    for (const value of [0.01, 0.011, 0.02, -1, 1e9]) {
      inSpan(`trace ${value}`, true, () => wait.record(value, {}));
    }
    const { exemplars } = histogramOf(name);
    expect([0, 1, 2, last].map((bucket) => exemplars?.[bucket]?.traceId)).toEqual([
      "trace -1",
      "trace 0.02",
      undefined,
      "trace 1000000000",
    ]);
  });
});

describe("a native histogram", () => {
  it("has what a histogram recorded", () => {
    const name = "test.native.histogram";
    const wait = histogram({ name, ...described, boundaries: durationSeconds });
    for (const value of [1, 2, Number.NaN]) wait.record(value, {});
    expect(histogramOf(name).native).toMatchObject({
      count: 2,
      positive: { indexes: [0, 8], counts: [1, 1] },
    });
  });
});

describe("the time of creation", () => {
  it("is when a series was first recorded", () => {
    const name = "test.created";
    const things = counter({ name, ...described });
    const before = Date.now() / 1_000;
    things.add(1, {});
    const created = seriesOf(name).createdAt;
    expect(created).toBeGreaterThanOrEqual(before);
    expect(created).toBeLessThanOrEqual(Date.now() / 1_000);
    things.add(1, {});
    expect(seriesOf(name).createdAt).toBe(created);
  });
});

describe("what other code recorded", () => {
  it("has no exemplar, no native histogram and no time of creation", () => {
    const name = "test.foreign";
    Metric.histogram(name, durationSeconds).unsafeUpdate(1, []);
    gauge({ name: "test.foreign.gauge", ...described }).set(1, {});
    expect(histogramOf(name)).toMatchObject({
      exemplars: undefined,
      native: undefined,
      createdAt: undefined,
    });
    expect(exemplarOf("test.foreign.gauge")).toBeUndefined();
    expect(seriesOf("test.foreign.gauge").createdAt).toBeUndefined();
  });
});
