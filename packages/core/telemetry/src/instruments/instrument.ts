import { MetricBoundaries, MetricKey } from "effect";
import type { InstrumentOptions, LabelValues, NumberOptions } from "../labels/label-sets.ts";
import { labelSets } from "../labels/label-sets.ts";
import { CounterSeries, GaugeSeries, HistogramSeries } from "./recording.ts";

/**
 * Bounds are compared by reference in Effect's registry, so every histogram shares one of these objects.
 * Effect appends `+Inf` to each.
 *
 * Each bound is a series of every label set, so there are few: about half of those that the conventions propose, at places where
 * theirs are. The native histograms beside them have buckets that are 9 % wide.
 */

/** Seconds; from the bounds of OpenTelemetry's MCP conventions for `mcp.*.operation.duration`. */
export const durationSeconds = MetricBoundaries.fromIterable([0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60]);

/** Seconds up to half an hour, for whole executions and for people. */
export const longDurationSeconds = MetricBoundaries.fromIterable([
  0.1, 0.5, 1, 5, 30, 60, 300, 1800,
]);

/** Seconds; from the bounds of OpenTelemetry's HTTP conventions for `http.*.request.duration`. */
export const httpDurationSeconds = MetricBoundaries.fromIterable([0.01, 0.05, 0.25, 1, 2.5, 10]);

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Bytes, 1 KiB to 4 MiB in steps of sixteen. */
export const sizeBytes = MetricBoundaries.fromIterable([
  kibibyte,
  16 * kibibyte,
  256 * kibibyte,
  4 * mebibyte,
]);

/** Bytes, the sizes that a sandbox's memory reaches: 1 MiB to 64 MiB in steps of four. */
export const memoryBytes = MetricBoundaries.fromIterable([
  mebibyte,
  4 * mebibyte,
  16 * mebibyte,
  64 * mebibyte,
]);

/** Tokens of a text; 100 to 100,000. */
export const tokenCounts = MetricBoundaries.fromIterable([
  100, 300, 1_000, 3_000, 10_000, 30_000, 100_000,
]);

export interface Counter<Label extends string> {
  /** Adds `amount`, which is never negative. */
  readonly add: (amount: number, labels: LabelValues<Label>) => void;
}

export interface Gauge<Label extends string> {
  readonly set: (value: number, labels: LabelValues<Label>) => void;
  /** Moves the gauge by `amount`, up or down. */
  readonly add: (amount: number, labels: LabelValues<Label>) => void;
  /** Leaves the series out of every later reading until it is recorded once more, from 0: its subject is gone. */
  readonly remove: (labels: LabelValues<Label>) => void;
}

export interface Histogram<Label extends string> {
  /** Adds one observation. `NaN` is ignored: it would turn the sum into `NaN` for good. */
  readonly record: (value: number, labels: LabelValues<Label>) => void;
}

/** A monotonic sum. */
export const counter = <const Label extends string = never>(
  options: NumberOptions<Label>,
): Counter<Label> => {
  const { name, description } = options;
  const sets = labelSets(
    { ...options, type: "counter" },
    {
      base: () => MetricKey.counter(name, { description, incremental: true }),
      make: (key, labels, { registry }) =>
        new CounterSeries(MetricKey.taggedWithLabels(key, labels), registry),
      restore: (series, saved) => series.restore(saved),
    },
    countOverflow,
  );
  return { add: (amount, labels) => sets.resolve(labels).add(amount) };
};

/** The last value of something that goes up and down. */
export const gauge = <const Label extends string = never>(
  options: NumberOptions<Label>,
): Gauge<Label> => {
  const { name, description } = options;
  const sets = labelSets(
    { ...options, type: "gauge" },
    {
      base: () => MetricKey.gauge(name, { description }),
      make: (key, labels, { registry }) =>
        new GaugeSeries(MetricKey.taggedWithLabels(key, labels), registry),
    },
    countOverflow,
  );
  return {
    set: (value, labels) => sets.resolve(labels).set(value),
    add: (amount, labels) => sets.resolve(labels).add(amount),
    remove: (labels) => sets.find(labels)?.retire(),
  };
};

/** A distribution over fixed bounds; bounds come from `boundaries.ts` and include `+Inf`. */
export const histogram = <const Label extends string = never>(
  options: InstrumentOptions<Label> & { readonly boundaries: MetricBoundaries.MetricBoundaries },
): Histogram<Label> => {
  const { name, description, boundaries } = options;
  const sets = labelSets(
    { ...options, type: "histogram" },
    {
      base: () => MetricKey.histogram(name, boundaries, description),
      make: (key, labels, { registry }) =>
        new HistogramSeries(MetricKey.taggedWithLabels(key, labels), registry),
      restore: (series, saved) => series.restore(saved),
    },
    countOverflow,
  );
  return {
    record: (value, labels) => {
      if (!Number.isNaN(value)) sets.resolve(labels).record(value);
    },
  };
};

/** Declared here, because every other instrument counts its overflow with it. */
const overflow = counter({
  name: "executor.metrics.overflow",
  description:
    "Measurements recorded to the overflow series because their metric's label budget was spent.",
  unit: "{measurement}",
  labels: ["metric"],
});

export function countOverflow(metric: string): void {
  overflow.add(1, { metric });
}
