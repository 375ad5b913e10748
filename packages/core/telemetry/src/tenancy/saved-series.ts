import type { NativeHistogramState } from "../instruments/native-histogram.ts";

/** What a counter counted, or a histogram, until some moment; plain data. Gauges are read and not kept. */
export type SavedState =
  | { readonly type: "counter"; readonly value: number }
  | {
      readonly type: "histogram";
      /** Cumulative, for each bound that the histogram was defined with, `+Inf` included. */
      readonly buckets: ReadonlyArray<number>;
      readonly count: number;
      readonly sum: number;
      readonly min: number;
      readonly max: number;
      readonly native: NativeHistogramState;
    };

export interface SavedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds. */
  readonly createdAt: number;
  readonly state: SavedState;
}
