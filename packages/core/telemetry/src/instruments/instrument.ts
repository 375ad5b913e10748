import { MetricKey } from "effect";
import type { MetricBoundaries } from "effect";
import type { InstrumentOptions, LabelValues } from "./definition.ts";
import { labelSets } from "../labels/label-sets.ts";
import { CounterSeries, HistogramSeries } from "./recording.ts";
import { retire, revive } from "./retired.ts";

export interface Counter<Label extends string> {
  /** Adds `amount`, which is never negative. */
  readonly add: (amount: number, labels: LabelValues<Label>) => void;
}

export interface Gauge<Label extends string> {
  readonly set: (value: number, labels: LabelValues<Label>) => void;
  /** Moves the gauge by `amount`, up or down. */
  readonly add: (amount: number, labels: LabelValues<Label>) => void;
  /** Takes the series out of every later snapshot until it is recorded again, from 0: its subject is gone. */
  readonly remove: (labels: LabelValues<Label>) => void;
}

export interface Histogram<Label extends string> {
  /** Adds one observation. `NaN` is none: it would turn the sum into `NaN` for good. */
  readonly record: (value: number, labels: LabelValues<Label>) => void;
}

/** A monotonic sum. */
export const counter = <const Label extends string = never>(
  options: InstrumentOptions<Label>,
): Counter<Label> => {
  const { name, description } = options;
  const sets = labelSets(
    { ...options, type: "counter" },
    () => MetricKey.counter(name, { description, incremental: true }),
    {
      make: (key, { registry }) => new CounterSeries(key, registry),
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
    () => MetricKey.gauge(name, { description }),
    {
      make: (key, { registry }) => ({ key, hook: registry.get(key) }),
      restore: () => {},
    },
    countOverflow,
  );
  return {
    set: (value, labels) => {
      const { key, hook } = sets.resolve(labels);
      revive(key);
      hook.update(value);
    },
    add: (amount, labels) => {
      const { key, hook } = sets.resolve(labels);
      revive(key);
      hook.modify(amount);
    },
    remove: (labels) => {
      const series = sets.find(labels);
      if (series === undefined) return;
      series.hook.update(0);
      retire(series.key);
    },
  };
};

/** A distribution over fixed bounds; bounds come from `boundaries.ts` and include `+Inf`. */
export const histogram = <const Label extends string = never>(
  options: InstrumentOptions<Label> & { readonly boundaries: MetricBoundaries.MetricBoundaries },
): Histogram<Label> => {
  const { name, description, boundaries } = options;
  const sets = labelSets(
    { ...options, type: "histogram" },
    () => MetricKey.histogram(name, boundaries, description),
    {
      make: (key, { registry }) => new HistogramSeries(key, registry),
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

/** Declared here and not in `metrics.ts`, because every other instrument counts its overflow with it. */
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
