import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import * as fc from "fast-check";
import { settingsFor, startExporter } from "./support/exporter.ts";
import { readLooseRequest, pointsOf } from "./support/otlp-request.ts";
import type { FlatPoint } from "./support/otlp-request.ts";
import { startReceiver } from "./support/receiver.ts";
import type { Receiver } from "./support/receiver.ts";
import { makeRegistry } from "./support/registry.ts";

/** The same measurements give the same points through OpenTelemetry's own SDK and exporter. */

const bounds = [1, 5, 10];

interface Measurement {
  readonly instrument: "counter" | "upDown" | "histogram";
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
}

const measurement: fc.Arbitrary<Measurement> = fc.record({
  instrument: fc.constantFrom("counter", "upDown", "histogram"),
  attributes: fc.dictionary(
    fc.constantFrom("tool", "source", "outcome"),
    fc.constantFrom("a", "b", "ü\n"),
  ),
  // Eighths are added without rounding, in any order.
  value: fc.integer({ min: 0, max: 200 }).map((eighths) => eighths / 8),
});

/** Measurements between one export and the next. */
const intervals = fc.array(fc.array(measurement, { maxLength: 20 }), {
  minLength: 1,
  maxLength: 4,
});

let receiver: Receiver;
beforeAll(() => {
  receiver = startReceiver();
});
afterAll(() => receiver.stop());

const theirs = async (
  all: ReadonlyArray<ReadonlyArray<Measurement>>,
  temporality: "cumulative" | "delta",
) => {
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
  });
  const meter = provider.getMeter("test", "1");
  const counter = meter.createCounter("counter", { unit: "By" });
  const upDown = meter.createUpDownCounter("upDown", { unit: "By" });
  const histogram = meter.createHistogram("histogram", {
    unit: "By",
    advice: { explicitBucketBoundaries: bounds },
  });
  const exports = await exportsOf(all, async (measurements) => {
    for (const { instrument, attributes, value } of measurements) {
      if (instrument === "counter") counter.add(value, attributes);
      if (instrument === "upDown") upDown.add(value, attributes);
      if (instrument === "histogram") histogram.record(value, attributes);
    }
    await reader.forceFlush();
  });
  await provider.shutdown();
  return exports;
};

const ours = async (
  all: ReadonlyArray<ReadonlyArray<Measurement>>,
  temporality: "cumulative" | "delta",
) => {
  const registry = makeRegistry();
  const exporter = startExporter(registry, settingsFor(receiver.url, { temporality }), () => ({
    unit: "By",
    description: "",
  }));
  const exports = await exportsOf(all, async (measurements) => {
    for (const { instrument, attributes, value } of measurements) {
      const tags = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
      if (instrument === "counter") registry.counter("counter", value, tags);
      if (instrument === "upDown") registry.upDown("upDown", value, tags);
      if (instrument === "histogram") registry.histogram("histogram", [value], tags);
    }
    await exporter.push();
  });
  await exporter.stop();
  return exports;
};

/** The points that arrive in each interval. */
const exportsOf = async (
  all: ReadonlyArray<ReadonlyArray<Measurement>>,
  measure: (measurements: ReadonlyArray<Measurement>) => Promise<void>,
): Promise<ReadonlyArray<ReadonlyArray<unknown>>> => {
  const exports: Array<ReadonlyArray<unknown>> = [];
  for (const measurements of all) {
    const before = receiver.requests.length;
    await measure(measurements);
    const points = receiver.requests
      .slice(before)
      .flatMap(({ decoded }) => pointsOf(readLooseRequest(decoded)));
    exports.push(points.map(comparable).toSorted((a, b) => (a.identity < b.identity ? -1 : 1)));
  }
  return exports;
};

const comparable = ({ name, unit, type, attributes, value }: FlatPoint) => ({
  identity: `${name} ${attributes.split(",").toSorted().join(",")}`,
  unit,
  type,
  // The SDK knows the range of an interval; it cannot be told from cumulative values.
  value: type === "histogram delta" ? { ...Object(value), range: undefined } : value,
});

/** Counterexample: Effect's greatest observation is not 0 where only 0 was observed. */
const zero: Measurement = { instrument: "histogram", attributes: {}, value: 0 };

describe("points", () => {
  it.each(["cumulative", "delta"] as const)(
    "equal those of OpenTelemetry's SDK (%s)",
    (temporality) =>
      fc.assert(
        fc.asyncProperty(intervals, async (all) => {
          expect(await ours(all, temporality)).toEqual(await theirs(all, temporality));
        }),
        { numRuns: 25, examples: [[[[zero]]]] },
      ),
    60_000,
  );
});
