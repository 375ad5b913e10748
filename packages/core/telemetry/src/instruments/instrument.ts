import { MetricKey } from "effect";
import type { MetricBoundaries } from "effect";
import type { InstrumentOptions, LabelValues } from "../labels/label-sets.ts";
import { labelSets } from "../labels/label-sets.ts";
import { CounterSeries, GaugeSeries, HistogramSeries } from "./recording.ts";

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
  options: InstrumentOptions<Label>,
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
  options: InstrumentOptions<Label>,
): Gauge<Label> => {
  const { name, description } = options;
  const sets = labelSets(
    { ...options, type: "gauge" },
    {
      base: () => MetricKey.gauge(name, { description }),
      make: (key, labels, { registry }) =>
        new GaugeSeries(MetricKey.taggedWithLabels(key, labels), registry),
      restore: () => {},
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

function countOverflow(metric: string): void {
  overflow.add(1, { metric });
}
