import type { MetricKey } from "effect";
import type { Scalar } from "../text/numbers.ts";

/** Sorted by name; each name once; no empty value. */
export type Labels = ReadonlyArray<readonly [name: string, value: string]>;

interface SeriesIdentity {
  readonly labels: Labels;
  /** The key in Effect's registry; of several that were merged, the first. What else is known of the series is found by it. */
  readonly key: MetricKey.MetricKey.Untyped;
  /** What recorded values and bounds were divided by. */
  readonly divisor: number;
}

export interface ScalarSeries extends SeriesIdentity {
  readonly type: "counter" | "gauge";
  readonly value: Scalar;
}

export interface HistogramSeries extends SeriesIdentity {
  readonly type: "histogram";
  /** Upper bounds, strictly increasing, `+Inf` last and always there. Series with the same bounds may share the array. */
  readonly bounds: ReadonlyArray<number>;
  /** Cumulative, one for each bound. */
  readonly counts: ArrayLike<number>;
  /** `NaN` once the histogram has observed one. */
  readonly sum: number;
}

export interface SummarySeries extends SeriesIdentity {
  readonly type: "summary";
  /** Strictly increasing, each in [0, 1]; the value is `NaN` where nothing was observed lately. */
  readonly quantiles: ReadonlyArray<readonly [quantile: number, value: number]>;
  readonly sum: number;
  readonly count: number;
}

/** One label set of a family. The index replaces values in place between scrapes. */
export type Series = ScalarSeries | HistogramSeries | SummarySeries;

export type FamilyType = Series["type"];

export interface FamilyHeader {
  /** The Prometheus name, its unit in it, without `_total`. */
  readonly name: string;
  readonly type: FamilyType;
  /** `""` where the metric has no description. */
  readonly help: string;
  /** In words, such as `seconds`; the name ends in it. `""` for none. */
  readonly unit: string;
}

/** A run of a family's series: what is rendered as one. */
export interface Leaf {
  readonly header: FamilyHeader;
  /** All of the family's type, sorted and distinct by their labels. They stay the same for the life of the leaf. */
  readonly series: ReadonlyArray<Series>;
  /** Goes up when a value of its series changes. */
  version: number;
}

/**
 * All series of one name, as plain data. Series are sorted and distinct by their labels, and no sample name belongs to two
 * families, so that writers can write without checking.
 */
export type Family = FamilyHeader &
  (
    | { readonly type: "counter" | "gauge"; readonly series: ReadonlyArray<ScalarSeries> }
    | { readonly type: "histogram"; readonly series: ReadonlyArray<HistogramSeries> }
    | { readonly type: "summary"; readonly series: ReadonlyArray<SummarySeries> }
  );

/** The names that samples of a family have or may have; OpenMetrics 1.0 wants no family under another's sample name. */
export const sampleNames = (name: string, type: FamilyType): ReadonlyArray<string> => {
  switch (type) {
    case "counter":
      return [name, `${name}_total`, `${name}_created`];
    case "gauge":
      return [name];
    case "histogram":
      return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`, `${name}_created`];
    case "summary":
      return [name, `${name}_sum`, `${name}_count`, `${name}_created`];
  }
};
