import { describe, expect, it } from "@effect/vitest";
import { counter, durationSeconds, histogram } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import type { HistogramSeries, NumberSeries } from "@executor/telemetry/reading";
import { recordingTracer } from "@executor/testing/tracer";
import { Effect, Tracer } from "effect";
import { formatExemplar, seriesExemplar } from "../../../src/metrics/openmetrics/exemplar.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const described = { description: "For a test.", unit: "s", labels: [] };

const { tracer } = recordingTracer();

const inSpan = (ids: { readonly traceId: string; readonly spanId: string }, record: () => void) =>
  Effect.sync(record).pipe(
    Effect.withParentSpan(Tracer.externalSpan({ ...ids, sampled: true })),
    Effect.withTracer(tracer),
    Effect.runSync,
  );

/** The series of a metric, its unit as given. */
const seriesOf = (name: string, unit = "s"): NumberSeries | HistogramSeries => {
  const reading = new RegistryReading({ definition: () => ({ unit, description: "" }) });
  const series = reading.read().find(({ metric }) => metric.name === name);
  if (series === undefined || series.type === "summary") throw new Error(`${name} has no series`);
  return series;
};

const counted = (name: string, ids: { readonly traceId: string; readonly spanId: string }) => {
  const things = counter({ name, ...described });
  inSpan(ids, () => things.add(2.5, {}));
  return seriesOf(name);
};

describe("formatExemplar", () => {
  it("writes the trace, the span, the value and the time", () => {
    expect(formatExemplar(counted("test.om.exemplar", { traceId, spanId }), 0)).toMatch(
      /^ # \{trace_id="0af7651916cd43dd8448eb211c80319c",span_id="b7ad6b7169203331"\} 2\.5 \d{10}\.\d{3}$/,
    );
  });

  it("writes nothing where nothing was recorded in a span", () => {
    const name = "test.om.none";
    counter({ name, ...described }).add(1, {});
    expect(formatExemplar(seriesOf(name), 0)).toBe("");
  });

  it("writes nothing of a measurement that was kept without a trace", () => {
    expect(formatExemplar(counted("test.om.untraced", { traceId: "", spanId: "" }), 0)).toBe("");
  });

  it("escapes ids that are not a tracer's", () => {
    const series = counted("test.om.escaped", { traceId: 'a"b\\c\nd', spanId: "\ud800" });
    expect(formatExemplar(series, 0)).toContain('{trace_id="a\\"b\\\\c\\nd",span_id="\ufffd"}');
  });

  it("writes labels of 128 code points, and none that are longer", () => {
    const longest = "🦜".repeat(128 - "trace_id".length - "span_id".length - spanId.length);
    const fits = counted("test.om.longest", { traceId: longest, spanId });
    expect(formatExemplar(fits, 0)).toContain(longest);
    const long = counted("test.om.long", { traceId: `${longest}a`, spanId });
    expect(formatExemplar(long, 0)).toBe("");
  });
});

describe("seriesExemplar", () => {
  it("is that of the bucket which the value is in", () => {
    const name = "test.om.buckets";
    const wait = histogram({ name, ...described, boundaries: durationSeconds });
    for (const value of [-3, 0.02, 0.051, 1e6]) {
      inSpan({ traceId, spanId }, () => wait.record(value, {}));
    }
    const series = seriesOf(name);
    const last = durationSeconds.values.length - 1;
    expect([0, 1, 2, 3, last].map((bucket) => seriesExemplar(series, bucket)?.value)).toEqual([
      -3,
      0.02,
      0.051,
      undefined,
      1e6,
    ]);
  });

  it("has the unit of the series, which is seconds for what was recorded in milliseconds", () => {
    const name = "test.om.milliseconds";
    const wait = histogram({ name, ...described, boundaries: durationSeconds });
    inSpan({ traceId, spanId }, () => wait.record(30, {}));
    const bucket = durationSeconds.values.indexOf(30);
    expect(seriesExemplar(seriesOf(name, "ms"), bucket)?.value).toBe(0.03);
  });

  it("is none where the series' bounds are not those it was recorded for", () => {
    const name = "test.om.bounds";
    const wait = histogram({ name, ...described, boundaries: durationSeconds });
    inSpan({ traceId, spanId }, () => wait.record(0.015, {}));
    const series = seriesOf(name);
    if (series.type !== "histogram") throw new Error("not a histogram");
    const { type, source, metric, labels, createdAt, repairs } = series;
    const { counts, count, sum, min, max, exemplars, native } = series;
    const within = (bounds: ReadonlyArray<number>) =>
      seriesExemplar(
        {
          type,
          source,
          metric,
          labels,
          createdAt,
          repairs,
          bounds,
          counts,
          count,
          sum,
          min,
          max,
          exemplars,
          native,
        },
        1,
      )?.value;
    expect(within(series.bounds)).toBe(0.015);
    expect(within([0.02, 0.05, Number.POSITIVE_INFINITY])).toBeUndefined();
    expect(within([0.001, 0.012, Number.POSITIVE_INFINITY])).toBeUndefined();
  });
});
