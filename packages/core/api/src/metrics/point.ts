import { MetricKeyType, MetricState, Option } from "effect";
import type { MetricPair } from "effect";
import type { Scalar } from "./numbers.ts";

/**
 * One series as Effect's registry holds it, as plain data. The only module of the exposition that knows Effect's metric
 * types: another version of Effect costs this file.
 */
export type Point = {
  readonly name: string;
  /** `""` where there is none. */
  readonly description: string;
  /** As recorded: in any order, a key possibly more than once. */
  readonly tags: ReadonlyArray<Tag>;
  /** The word that a frequency counted. */
  readonly word?: string;
} & PointValue;

export type Tag = readonly [key: string, value: string];

export type PointValue =
  | { readonly type: "counter" | "gauge"; readonly value: Scalar }
  | {
      readonly type: "histogram";
      /** Cumulative. Effect puts `+Inf` last; an observation of `NaN` is in `count` and in no bucket. */
      readonly buckets: ReadonlyArray<readonly [bound: number, count: number]>;
      readonly count: number;
      readonly sum: number;
    }
  | {
      readonly type: "summary";
      readonly quantiles: ReadonlyArray<readonly [quantile: number, value: number]>;
      readonly count: number;
      readonly sum: number;
    };

/** The points of one entry of a snapshot: one, or one for each word of a frequency. */
export const readPair = ({
  metricKey,
  metricState,
}: MetricPair.MetricPair.Untyped): ReadonlyArray<Point> => {
  const identity = {
    name: metricKey.name,
    description: Option.getOrElse(metricKey.description, () => ""),
  };
  const tags = metricKey.tags.map(({ key, value }): Tag => [key, value]);
  if (MetricState.isCounterState(metricState)) {
    // Effect's counters can go down unless they are incremental; to Prometheus, what goes down is a gauge.
    const { keyType } = metricKey;
    const monotonic = MetricKeyType.isCounterKey(keyType) && keyType.incremental;
    return [{ ...identity, tags, type: monotonic ? "counter" : "gauge", value: metricState.count }];
  }
  if (MetricState.isGaugeState(metricState)) {
    return [{ ...identity, tags, type: "gauge", value: metricState.value }];
  }
  if (MetricState.isHistogramState(metricState)) {
    const { buckets, count, sum } = metricState;
    return [{ ...identity, tags, type: "histogram", buckets, count, sum }];
  }
  if (MetricState.isSummaryState(metricState)) {
    const quantiles = metricState.quantiles.map(
      ([quantile, value]) => [quantile, Option.getOrElse(value, () => Number.NaN)] as const,
    );
    const { count, sum } = metricState;
    return [{ ...identity, tags, type: "summary", quantiles, count, sum }];
  }
  if (MetricState.isFrequencyState(metricState)) {
    return Array.from(metricState.occurrences, ([word, value]) => ({
      ...identity,
      tags,
      word,
      type: "counter",
      value,
    }));
  }
  return [];
};
