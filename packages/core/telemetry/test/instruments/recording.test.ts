import { describe, expect, it } from "@effect/vitest";
import { Effect, Metric, MetricKey, Tracer } from "effect";
import {
  counter,
  createdAt,
  durationSeconds,
  exemplarOf,
  gauge,
  histogram,
  nativeHistogramOf,
  snapshot,
} from "../../src/index.ts";

const described = { description: "For a test.", unit: "{thing}", labels: [] };

/** The key of the one series that a metric has. */
const keyOf = (name: string): MetricKey.MetricKey.Untyped => {
  const pair = snapshot().find(({ metricKey }) => metricKey.name === name);
  if (pair === undefined) throw new Error(`${name} has no series`);
  return pair.metricKey;
};

const inSpan = (traceId: string, sampled: boolean, record: () => void): void =>
  Effect.sync(record).pipe(
    Effect.withParentSpan(Tracer.externalSpan({ traceId, spanId: "span", sampled })),
    Effect.runSync,
  );

describe("exemplarOf", () => {
  it("is a counter's last measurement in a sampled span", () => {
    const name = "test.exemplar.counter";
    const things = counter({ name, ...described });
    things.add(1, {});
    expect(exemplarOf(keyOf(name))).toBeUndefined();
    const before = Date.now() / 1_000;
    inSpan("first", true, () => things.add(2, {}));
    inSpan("second", true, () => things.add(3, {}));
    inSpan("unsampled", false, () => things.add(4, {}));
    inSpan("refused", true, () => things.add(-1, {}));
    things.add(5, {});
    const exemplar = exemplarOf(keyOf(name));
    expect(exemplar).toMatchObject({ traceId: "second", spanId: "span", value: 3 });
    expect(exemplar?.timestamp).toBeGreaterThanOrEqual(before);
    expect(exemplar?.timestamp).toBeLessThanOrEqual(Date.now() / 1_000);
  });

  it("is of the span that an effect runs in", () => {
    const name = "test.exemplar.span";
    const things = counter({ name, ...described });
    const span = Effect.sync(() => things.add(1, {})).pipe(
      Effect.zipRight(Effect.currentSpan),
      Effect.withSpan("work"),
      Effect.runSync,
    );
    expect(exemplarOf(keyOf(name))).toMatchObject({
      traceId: span.traceId,
      spanId: span.spanId,
    });
  });

  it("is kept for each bucket of a histogram, whose upper bounds are inclusive", () => {
    const name = "test.exemplar.histogram";
    const wait = histogram({ name, ...described, boundaries: durationSeconds });
    const last = durationSeconds.values.length - 1;
    for (const value of [0.01, 0.011, 0.02, -1, 1e9]) {
      inSpan(`trace ${value}`, true, () => wait.record(value, {}));
    }
    const key = keyOf(name);
    expect([0, 1, 2, last].map((bucket) => exemplarOf(key, bucket)?.traceId)).toEqual([
      "trace -1",
      "trace 0.02",
      undefined,
      "trace 1000000000",
    ]);
  });
});

describe("nativeHistogramOf", () => {
  it("has what a histogram recorded", () => {
    const name = "test.native.histogram";
    const wait = histogram({ name, ...described, boundaries: durationSeconds });
    for (const value of [1, 2, Number.NaN]) wait.record(value, {});
    expect(nativeHistogramOf(keyOf(name))).toMatchObject({
      count: 2,
      positive: { indexes: [0, 8], counts: [1, 1] },
    });
  });
});

describe("createdAt", () => {
  it("is when a series was first recorded", () => {
    const name = "test.created";
    const things = counter({ name, ...described });
    const before = Date.now() / 1_000;
    things.add(1, {});
    const created = createdAt(keyOf(name));
    expect(created).toBeGreaterThanOrEqual(before);
    expect(created).toBeLessThanOrEqual(Date.now() / 1_000);
    things.add(1, {});
    expect(createdAt(keyOf(name))).toBe(created);
  });
});

describe("what other code recorded", () => {
  it("has no exemplar, no native histogram and no time of creation", () => {
    const name = "test.foreign";
    Metric.histogram(name, durationSeconds).unsafeUpdate(1, []);
    gauge({ name: "test.foreign.gauge", ...described }).set(1, {});
    for (const key of [keyOf(name), keyOf("test.foreign.gauge"), MetricKey.counter("nowhere")]) {
      expect([exemplarOf(key), nativeHistogramOf(key), createdAt(key)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
  });
});
