import { MetricKeyType, MetricState, Option } from "effect";
import type { MetricKey, MetricPair } from "effect";
import type { Attributes, MetricType } from "./model.ts";
import { isUnit } from "./units.ts";

/** One entry of a snapshot, read. The only module of the push that knows Effect's metric types. */

export type Pair = MetricPair.MetricPair.Untyped;
type Tags = MetricKey.MetricKey.Untyped["tags"];

/** What a point says, apart from its attributes and times. */
export type Reading =
  | { readonly type: "number"; readonly value: number | bigint }
  | {
      readonly type: "histogram";
      readonly bounds: ReadonlyArray<number>;
      readonly counts: ReadonlyArray<number>;
      readonly count: number;
      readonly sum: number;
      readonly range: { readonly min: number; readonly max: number } | undefined;
    }
  | {
      readonly type: "summary";
      readonly quantiles: ReadonlyArray<readonly [quantile: number, value: number]>;
      readonly count: number;
      readonly sum: number;
    };

export type Kind = MetricType | "frequency";

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
export const descriptionOf = ({ metricKey }: Pair): string =>
  Option.getOrElse(metricKey.description, () => "");

/** Of a tag that names the unit, by Effect's convention: `unit`, or a timer's `time_unit`. */
const isUnitTag = ({ key, value }: Tags[number]): boolean =>
  (key === "unit" || key === "time_unit") && isUnit(value);

/** The unit that the tags name, `""` for none. */
export const unitOfTags = ({ metricKey }: Pair): string =>
  metricKey.tags.find(isUnitTag)?.value ?? "";

/** The label that the kind has for itself in Prometheus; a tag of that name gets `exported_` before it, as a scrape has it. */
const ownKeys: Readonly<Partial<Record<Kind, string>>> = {
  histogram: "le",
  summary: "quantile",
  frequency: "key",
};

/** Whether the tags are {@link Attributes} as they are. */
export const isCanonical = (tags: Tags, kind: Kind): boolean => {
  const own = ownKeys[kind];
  let previous: string | undefined;
  for (const { key, value } of tags) {
    if (value === "" || key === own || !value.isWellFormed() || !key.isWellFormed()) return false;
    if (previous !== undefined && previous >= key) return false;
    previous = key;
  }
  return true;
};

/** Attributes of any tags; the values of a key that is there twice are joined with `;`, as a scrape has them. */
export const toAttributes = (tags: Tags, kind: Kind, unitInTags: boolean): Attributes => {
  const own = ownKeys[kind];
  const values = new Map<string, string>();
  for (const tag of tags) {
    if (tag.value === "" || (unitInTags && isUnitTag(tag))) continue;
    const key = tag.key === own ? `exported_${own}` : tag.key.toWellFormed();
    const value = tag.value.toWellFormed();
    const existing = values.get(key);
    values.set(key, existing === undefined ? value : `${existing};${value}`);
  }
  return [...values].map(([key, value]) => ({ key, value })).toSorted(byKey);
};

/** With the word of a frequency, named as Effect's own exporter names it. */
export const withWord = (attributes: Attributes, word: string): Attributes =>
  [...attributes, { key: "key", value: word.toWellFormed() }].toSorted(byKey);

const byKey = (left: { readonly key: string }, right: { readonly key: string }): number =>
  left.key < right.key ? -1 : left.key > right.key ? 1 : 0;

/** How often each word of a frequency was seen. */
export const readWords = ({ metricState }: Pair): ReadonlyMap<string, number> | undefined =>
  MetricState.isFrequencyState(metricState) ? metricState.occurrences : undefined;

/** Reads any other kind; `divisor` scales histograms and numbers that were recorded in another unit. */
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

/** A quantile of which nothing was observed lately is `NaN`. */
const readSummary = (
  { quantiles, count, sum }: MetricState.MetricState.Summary,
  divisor: number,
): Reading => ({
  type: "summary",
  quantiles: quantiles
    .filter(([quantile]) => quantile >= 0 && quantile <= 1)
    .map(([quantile, value]) => [quantile, Option.getOrElse(value, () => Number.NaN) / divisor]),
  count,
  sum: sum / divisor,
});
