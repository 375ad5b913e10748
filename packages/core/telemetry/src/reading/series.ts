import type { NativeHistogramState } from "../instruments/native-histogram.ts";
import type { Exemplar } from "../instruments/recording.ts";

/**
 * The one form of a series on its way out, whoever takes it: immutable plain data in the units, labels and bounds that every
 * receiver accepts. The scrape translates it into Prometheus families, the push into OTLP data points.
 */
export type Series = NumberSeries | HistogramSeries | SummarySeries;

/** A `counter` only goes up; a `sum` is added to, and may go down. */
export type MetricType = "counter" | "sum" | "gauge" | "histogram" | "summary";

/** Fields that all series of one metric share. In later readings the metric is the same object. */
export interface Metric {
  /** As it was recorded. */
  readonly name: string;
  /** `""` where there is none. */
  readonly description: string;
  /** UCUM, `""` for none. Durations are in `s`, whatever they were recorded in. */
  readonly unit: string;
  readonly type: MetricType;
  /** Whether an instrument of the catalogue declares it. */
  readonly declared: boolean;
}

/** Sorted by key, each key once, no value empty, all of it well-formed. */
export type Labels = ReadonlyArray<{ readonly key: string; readonly value: string }>;

/** A repair to a series that no receiver would take as it was recorded. */
export type Repair =
  /** Several tags had one key; their values were joined with `;`. */
  | "label_name"
  /** A tag had the key that the metric's type keeps for itself, and got `exported_` before it. */
  | "reserved_label"
  /** Bounds or quantiles that are not numbers, out of order or out of range were left out. */
  | "invalid_bound"
  /** Observations of `NaN` are in the sum and not in the count. */
  | "not_a_number";

interface SeriesBase {
  /** The same object in every reading of one registry's series, whatever its values. */
  readonly source: object;
  readonly metric: Metric;
  readonly labels: Labels;
  /** Unix seconds of the first recording; `undefined` for gauges and for code that records without an instrument. */
  readonly createdAt: number | undefined;
  readonly repairs: ReadonlyArray<Repair>;
}

/** A series of a counter, a sum or a gauge. */
export interface NumberSeries extends SeriesBase {
  readonly type: "number";
  /** `bigint` where the metric counts in it, and for the words of a frequency. */
  readonly value: number | bigint;
  /** A counter's last measurement in a sampled trace. */
  readonly exemplar: Exemplar | undefined;
}

export interface HistogramSeries extends SeriesBase {
  readonly type: "histogram";
  /** Upper bounds, strictly increasing, `+Inf` last. Series with the same bounds share the array. */
  readonly bounds: ReadonlyArray<number>;
  /** Cumulative, one for each bound. */
  readonly counts: Float64Array;
  /** The last of `counts`. */
  readonly count: number;
  /** `NaN` once the histogram has observed one. */
  readonly sum: number;
  /** The least observation, where it is known. */
  readonly min: number | undefined;
  /** The greatest observation, where it is known. */
  readonly max: number | undefined;
  /** The last measurement of each bucket in a sampled trace. */
  readonly exemplars: ReadonlyArray<Exemplar | undefined> | undefined;
  /** The same observations in exponential buckets. */
  readonly native: NativeHistogramState | undefined;
}

export interface SummarySeries extends SeriesBase {
  readonly type: "summary";
  /** Strictly increasing, each in [0, 1]; the value is `NaN` where nothing was observed lately. */
  readonly quantiles: ReadonlyArray<readonly [quantile: number, value: number]>;
  readonly count: number;
  readonly sum: number;
}

/**
 * Merges two series of one identity, which no receiver takes side by side: counts and sums are added, the last gauge is kept.
 * `undefined` where the two cannot be added: quantiles, and histograms with different bounds. A union of different bounds would
 * be exact only until an observation falls between them; the series would then fall back to the first histogram's counts, which
 * reads as a restart.
 */
export const mergeSeries = (
  type: MetricType,
  first: Series,
  second: Series,
): Series | undefined => {
  if (first.type === "number" && second.type === "number") {
    const { source, metric, labels, createdAt, repairs, exemplar } = first;
    const value = type === "gauge" ? second.value : addValues(first.value, second.value);
    return { type: "number", source, metric, labels, createdAt, repairs, value, exemplar };
  }
  if (first.type !== "histogram" || second.type !== "histogram") return undefined;
  if (!haveSameBounds(first, second)) return undefined;
  const { source, metric, labels, createdAt, repairs, bounds, exemplars } = first;
  return {
    type: "histogram",
    source,
    metric,
    labels,
    createdAt,
    repairs,
    bounds,
    counts: first.counts.map((count, index) => count + (second.counts[index] ?? 0)),
    count: first.count + second.count,
    sum: first.sum + second.sum,
    min: extreme(Math.min, first.min, second.min),
    max: extreme(Math.max, first.max, second.max),
    exemplars,
    native: undefined,
  };
};

const addValues = (left: number | bigint, right: number | bigint): number | bigint =>
  typeof left === "bigint" && typeof right === "bigint"
    ? left + right
    : Number(left) + Number(right);

const haveSameBounds = (left: HistogramSeries, right: HistogramSeries): boolean =>
  left.bounds === right.bounds ||
  (left.bounds.length === right.bounds.length &&
    left.bounds.every((bound, index) => bound === right.bounds[index]));

const extreme = (
  choose: (left: number, right: number) => number,
  left: number | undefined,
  right: number | undefined,
): number | undefined =>
  left === undefined || right === undefined ? (left ?? right) : choose(left, right);
