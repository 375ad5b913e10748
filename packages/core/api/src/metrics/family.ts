import type { Scalar } from "./numbers.ts";

/** Sorted by name; each name once; no empty value. */
export type Labels = ReadonlyArray<readonly [name: string, value: string]>;

export interface ScalarSeries {
  readonly labels: Labels;
  readonly value: Scalar;
}

export interface HistogramSeries {
  readonly labels: Labels;
  /** Upper bounds, strictly increasing, `+Inf` last and always there, with cumulative counts. */
  readonly buckets: ReadonlyArray<readonly [bound: number, count: number]>;
  /** `NaN` once the histogram has observed one. */
  readonly sum: number;
}

export interface SummarySeries {
  readonly labels: Labels;
  /** Strictly increasing, each in [0, 1]; the value is `NaN` where nothing was observed lately. */
  readonly quantiles: ReadonlyArray<readonly [quantile: number, value: number]>;
  readonly sum: number;
  readonly count: number;
}

interface FamilyHeader {
  /** The Prometheus name, without `_total`. */
  readonly name: string;
  /** `""` where the metric has no description. */
  readonly help: string;
  /** In words, such as `seconds`; the name ends in it. `""` for none. */
  readonly unit: string;
}

/**
 * All series of one name. Series are sorted and distinct by their labels, and no sample name belongs to two families, so that
 * writers can write without checking.
 */
export type Family =
  | (FamilyHeader & {
      readonly type: "counter" | "gauge";
      readonly series: ReadonlyArray<ScalarSeries>;
    })
  | (FamilyHeader & {
      readonly type: "histogram";
      readonly series: ReadonlyArray<HistogramSeries>;
    })
  | (FamilyHeader & {
      readonly type: "summary";
      readonly series: ReadonlyArray<SummarySeries>;
    });

export type FamilyType = Family["type"];

/** The names that samples of a family have. */
export const sampleNames = (name: string, type: FamilyType): ReadonlyArray<string> => {
  switch (type) {
    case "counter":
      return [`${name}_total`];
    case "gauge":
      return [name];
    case "histogram":
      return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
    case "summary":
      return [name, `${name}_sum`, `${name}_count`];
  }
};
