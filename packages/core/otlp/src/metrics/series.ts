import { isUnitTag, ownLabels, quantileValue, wordLabel } from "@executor/api/metric-point";
import type { Key, Kind, Pair } from "@executor/api/metric-point";
import { MetricState } from "effect";
import type { Attributes, Reading } from "./model.ts";

/** One entry of a snapshot, read. */

type Tags = Key["tags"];

/** Whether the tags are {@link Attributes} as they are. */
export const isCanonical = (tags: Tags, kind: Kind): boolean => {
  const own = ownLabels[kind];
  let previous: string | undefined;
  for (const { key, value } of tags) {
    if (value === "" || key === own || !value.isWellFormed() || !key.isWellFormed()) return false;
    if (previous !== undefined && previous >= key) return false;
    previous = key;
  }
  return true;
};

/**
 * Attributes of any tags. As a scrape has them, the values of a key that is there twice are joined with `;`, and a key that the
 * kind has for itself gets `exported_` before it.
 */
export const toAttributes = (tags: Tags, kind: Kind, unitInTags: boolean): Attributes => {
  const own = ownLabels[kind];
  const values = new Map<string, string>();
  for (const tag of tags) {
    if (tag.value === "" || (unitInTags && isUnitTag(tag.key, tag.value))) continue;
    const key = tag.key === own ? `exported_${own}` : tag.key.toWellFormed();
    const value = tag.value.toWellFormed();
    const existing = values.get(key);
    values.set(key, existing === undefined ? value : `${existing};${value}`);
  }
  return [...values].map(([key, value]) => ({ key, value })).toSorted(byKey);
};

/** With the word of a frequency. */
export const withWord = (attributes: Attributes, word: string): Attributes =>
  [...attributes, { key: wordLabel, value: word.toWellFormed() }].toSorted(byKey);

const byKey = (left: { readonly key: string }, right: { readonly key: string }): number =>
  left.key < right.key ? -1 : left.key > right.key ? 1 : 0;

/** Reads any kind but a frequency; `divisor` scales histograms and numbers that were recorded in another unit. */
export const read = ({ metricState }: Pair, divisor: number): Reading | undefined => {
  if (MetricState.isCounterState(metricState)) return readNumber(metricState.count, divisor);
  if (MetricState.isGaugeState(metricState)) return readNumber(metricState.value, divisor);
  if (MetricState.isHistogramState(metricState)) return readHistogram(metricState, divisor);
  return MetricState.isSummaryState(metricState) ? readSummary(metricState, divisor) : undefined;
};

const readNumber = (value: number | bigint, divisor: number): Reading => ({
  type: "number",
  value: divisor === 1 ? value : Number(value) / divisor,
});

/**
 * The count is that of the buckets: Effect counts an observation of NaN beside them, which OTLP forbids. Bounds that are no
 * numbers or do not increase are left out, and what they counted falls into the next bucket. Effect's `min` and `max` hold the
 * ends of the number range until something is observed, and `max` the least positive number until something positive is.
 */
const readHistogram = (
  { buckets, sum, min, max }: MetricState.MetricState.Histogram,
  divisor: number,
): Reading => {
  const bounds: Array<number> = [];
  const counts: Array<number> = [];
  let counted = 0;
  let total = 0;
  for (const [bound, cumulative] of buckets) {
    total = cumulative;
    const scaled = bound / divisor;
    if (!Number.isFinite(scaled) || scaled <= (bounds.at(-1) ?? Number.NEGATIVE_INFINITY)) continue;
    bounds.push(scaled);
    counts.push(cumulative - counted);
    counted = cumulative;
  }
  counts.push(total - counted);
  // Where nothing positive was observed and the least is 0, all is 0; below 0, the greatest is not known.
  const greatest = max !== Number.MIN_VALUE ? max : min === 0 ? 0 : undefined;
  const isKnown = total > 0 && greatest !== undefined && min <= greatest;
  const range = isKnown ? { min: min / divisor, max: greatest / divisor } : undefined;
  return { type: "histogram", bounds, counts, count: total, sum: sum / divisor, range };
};

const readSummary = (
  { quantiles, count, sum }: MetricState.MetricState.Summary,
  divisor: number,
): Reading => ({
  type: "summary",
  quantiles: quantiles
    .filter(([quantile]) => quantile >= 0 && quantile <= 1)
    .map(([quantile, value]) => [quantile, quantileValue(value) / divisor]),
  count,
  sum: sum / divisor,
});
