import { isUnit } from "@executor/telemetry/reading";
import { MetricKeyType, MetricState, Option } from "effect";
import type { MetricKey, MetricPair } from "effect";
import type { Scalar } from "../text/lines.ts";

/**
 * One entry of a snapshot as plain data. The only module of the exposition that knows Effect's metric types: another version
 * of Effect costs this file.
 */

export type Key = MetricKey.MetricKey.Untyped;
export type Pair = MetricPair.MetricPair.Untyped;
export type State = MetricPair.MetricPair.Untyped["metricState"];

/** `sum` is a counter that can go down. */
export type Kind = "counter" | "sum" | "gauge" | "histogram" | "summary" | "frequency";

export const kindOf = ({ metricKey, metricState }: Pair): Kind | undefined => {
  if (MetricState.isCounterState(metricState)) {
    const { keyType } = metricKey;
    return MetricKeyType.isCounterKey(keyType) && keyType.incremental ? "counter" : "sum";
  }
  if (MetricState.isGaugeState(metricState)) return "gauge";
  if (MetricState.isHistogramState(metricState)) return "histogram";
  if (MetricState.isSummaryState(metricState)) return "summary";
  return MetricState.isFrequencyState(metricState) ? "frequency" : undefined;
};

/** `""` where there is none. */
export const descriptionOf = ({ description }: Key): string =>
  Option.getOrElse(description, () => "");

/**
 * The value of a state that is a counter's by its key. Looking at the value is enough then, and costs a fraction of Effect's
 * own predicate.
 */
export const readCounter = (state: State): Scalar | undefined =>
  "count" in state && isScalar(state.count) ? state.count : undefined;

/** The value of a state that is a gauge's by its key. */
export const readGauge = (state: State): Scalar | undefined =>
  "value" in state && isScalar(state.value) ? state.value : undefined;

const isScalar = (value: unknown): value is Scalar =>
  typeof value === "number" || typeof value === "bigint";

export interface HistogramPoint {
  /** Cumulative. Effect puts `+Inf` last; an observation of `NaN` is in `count` and in no bucket. */
  readonly buckets: ReadonlyArray<readonly [bound: number, count: number]>;
  readonly count: number;
  readonly sum: number;
}

export const readHistogram = (state: State): HistogramPoint | undefined =>
  MetricState.isHistogramState(state) ? state : undefined;

export interface SummaryPoint {
  readonly quantiles: ReadonlyArray<readonly [quantile: number, value: Option.Option<number>]>;
  readonly count: number;
  readonly sum: number;
}

export const readSummary = (state: State): SummaryPoint | undefined =>
  MetricState.isSummaryState(state) ? state : undefined;

/** `NaN` where nothing was observed lately. */
export const quantileValue = (value: Option.Option<number>): number =>
  Option.getOrElse(value, () => Number.NaN);

/** How often each word was seen. The registry goes on counting in this very map. */
export const readFrequency = (state: State): ReadonlyMap<string, number> | undefined =>
  MetricState.isFrequencyState(state) ? state.occurrences : undefined;

export const wordLabel = "key";

export const ownLabels: Readonly<Record<Kind, string | undefined>> = {
  counter: undefined,
  sum: undefined,
  gauge: undefined,
  histogram: "le",
  summary: "quantile",
  frequency: wordLabel,
};

export const isUnitTag = (key: string, value: string): boolean =>
  (key === "unit" || key === "time_unit") && isUnit(value);

export const unitOfTags = ({ tags }: Key): string =>
  tags.find(({ key, value }) => isUnitTag(key, value))?.value ?? "";
