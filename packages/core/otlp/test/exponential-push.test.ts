import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { histogram } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { MetricBoundaries } from "effect";
import fc from "fast-check";
import type { MetricsSettings } from "../src/settings/metrics.ts";
import { settingsFor, startExporter } from "./support/exporter.ts";
import { type ExponentialPoint, metricsOf, readLooseRequest } from "./support/otlp-request.ts";
import { ok, type Receiver, startReceiver } from "./support/receiver.ts";
import { makeRegistry } from "./support/registry.ts";

const bounds = MetricBoundaries.fromIterable([1, 5, 10]);

let receiver: Receiver;
let names = 0;
beforeAll(() => {
  receiver = startReceiver();
});
afterAll(() => receiver.stop());

/** A histogram of Executor's instruments, and the push of it alone. */
const startOurs = (changes: Partial<MetricsSettings>) => {
  names += 1;
  const name = `test.pushed.${names}`;
  const sizes = histogram({
    name,
    description: "For a test.",
    unit: "By",
    boundaries: bounds,
    labels: ["tool"],
  });
  const reading = new RegistryReading();
  const exporter = startExporter(
    makeRegistry(),
    settingsFor(receiver.url, { histograms: "base2_exponential_bucket_histogram", ...changes }),
    undefined,
    {
      *steps() {
        const series = yield* reading.steps();
        return series.filter(({ metric }) => metric.name === name);
      },
    },
  );
  return {
    record: (value: number, tool: string) => sizes.record(value, { tool }),
    push: exporter.push,
    stop: exporter.stop,
  };
};

/** The same histogram through OpenTelemetry's own SDK and exporter. */
const startTheirs = (temporality: "cumulative" | "delta") => {
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({
      url: receiver.url,
      temporalityPreference:
        temporality === "delta" ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    }),
    exportIntervalMillis: 3_600_000,
  });
  const provider = new MeterProvider({
    readers: [reader],
    resource: resourceFromAttributes({ "service.name": "test" }),
    views: [{ instrumentName: "*", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  });
  const sizes = provider.getMeter("test").createHistogram("sizes", { unit: "By" });
  return {
    record: (value: number, tool: string) => sizes.record(value, { tool }),
    push: () => reader.forceFlush(),
    stop: () => provider.shutdown(),
  };
};

/** The points that arrived while something ran, with the temporality's code. */
const arriving = async (run: () => Promise<unknown>) => {
  const before = receiver.requests.length;
  await run();
  return receiver.requests.slice(before).flatMap(({ decoded }) =>
    metricsOf(readLooseRequest(decoded)).flatMap(({ unit, exponentialHistogram }) =>
      (exponentialHistogram?.dataPoints ?? []).map((point) => ({
        unit,
        temporality: exponentialHistogram?.aggregationTemporality,
        tool: point.attributes[0]?.value.stringValue ?? "",
        point,
      })),
    ),
  );
};

/** Counts by index at a coarser scale. */
const coarse = ({ offset, bucketCounts }: ExponentialPoint["positive"], steps: number) => {
  const counts = new Map<number, number>();
  for (const [at, count] of bucketCounts.entries()) {
    const index = (offset + at) >> steps;
    if (count !== "0") counts.set(index, (counts.get(index) ?? 0) + Number(count));
  }
  return [...counts];
};

type Arrived = Awaited<ReturnType<typeof arriving>>[number];

const comparable = (arrived: ReadonlyArray<Arrived>, scaleOf: (tool: string) => number) =>
  arrived
    .map(({ point, tool, ...others }) => {
      const steps = point.scale - scaleOf(tool);
      // The SDK knows the range of an interval, which cannot be told from cumulative values.
      const range = others.temporality === 2 ? [point.min, point.max] : undefined;
      const { count, sum, zeroCount } = point;
      const positive = coarse(point.positive, steps);
      return { ...others, tool, count, sum, zeroCount, positive, range };
    })
    .toSorted((left, right) => (left.tool < right.tool ? -1 : 1));

const measurement = fc.record({
  tool: fc.constantFrom("a", "b"),
  // Eighths are added without rounding, in any order.
  value: fc
    .oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 2 ** 40 }))
    .map((eighths) => eighths / 8),
});
const intervals = fc.array(fc.array(measurement, { maxLength: 40 }), {
  minLength: 1,
  maxLength: 4,
});

describe("exponential histograms", () => {
  it.each([
    ["http/protobuf", "cumulative"],
    ["http/protobuf", "delta"],
    ["http/json", "cumulative"],
    ["http/json", "delta"],
  ] as const)("equal those of OpenTelemetry's SDK (%s, %s)", (protocol, temporality) =>
    fc.assert(
      fc.asyncProperty(intervals, async (all) => {
        const ours = startOurs({ protocol, temporality });
        const theirs = startTheirs(temporality);
        for (const measurements of all) {
          for (const { value, tool } of measurements) {
            ours.record(value, tool);
            theirs.record(value, tool);
          }
          const arrived = await arriving(ours.push);
          const scales = new Map(arrived.map(({ tool, point }) => [tool, point.scale]));
          const scaleOf = (tool: string) => scales.get(tool) ?? 0;
          expect(comparable(arrived, scaleOf)).toEqual(
            comparable(await arriving(theirs.push), scaleOf),
          );
        }
        await ours.stop();
        await theirs.stop();
      }),
      { numRuns: 25 },
    ),
  );

  it("of a failed export come with the next one, once", async () => {
    const ours = startOurs({ temporality: "delta" });
    const counts = async () =>
      (await arriving(ours.push)).map(({ point }) => [point.count, point.sum]);
    ours.record(1, "a");
    receiver.answerWith(() => new Response(null, { status: 400 }));
    await ours.push();
    receiver.answerWith(ok);
    ours.record(2, "a");
    expect(await counts()).toEqual([["2", 3]]);
    expect(await counts()).toEqual([]);
    ours.record(4, "a");
    expect(await counts()).toEqual([["1", 4]]);
    await ours.stop();
  });

  it("have explicit buckets where no instrument records them, which is told once", async () => {
    const registry = makeRegistry();
    registry.histogram("foreign", [1, 2]);
    const exporter = startExporter(
      registry,
      settingsFor(receiver.url, { histograms: "base2_exponential_bucket_histogram" }),
    );
    const before = receiver.requests.length;
    await exporter.push();
    await exporter.push();
    const points = receiver.requests.slice(before).flatMap((request) => request.points);
    expect(points.map(({ type }) => type)).toEqual([
      "histogram cumulative",
      "histogram cumulative",
    ]);
    expect(exporter.log).toEqual([
      {
        level: "INFO",
        message: "The histogram foreign is pushed with explicit buckets, because it has no others.",
      },
    ]);
    await exporter.stop();
  });
});
