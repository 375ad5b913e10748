import type { ConflictCounter } from "./conflicts.ts";
import type { HistogramSeries, Labels, ScalarSeries, SummarySeries } from "./family.ts";
import type { Scalar } from "./numbers.ts";
import type { Point } from "./point.ts";

/** A point's series beside its type, as families hold it. */
export type TypedSeries =
  | { readonly type: "counter" | "gauge"; readonly series: ScalarSeries }
  | { readonly type: "histogram"; readonly series: HistogramSeries }
  | { readonly type: "summary"; readonly series: SummarySeries };

/** The series of a point under these labels, its values and bounds divided by `divisor`. */
export const toSeries = (
  point: Point,
  labels: Labels,
  divisor: number,
  conflicts: ConflictCounter,
): TypedSeries => {
  switch (point.type) {
    case "counter":
    case "gauge":
      return { type: point.type, series: { labels, value: divide(point.value, divisor) } };
    case "histogram": {
      const buckets = toBuckets(point.buckets, point.count, divisor, conflicts);
      return { type: "histogram", series: { labels, buckets, sum: point.sum / divisor } };
    }
    case "summary": {
      const quantiles = toQuantiles(point.quantiles, divisor, conflicts);
      const { count, sum } = point;
      return { type: "summary", series: { labels, quantiles, count, sum: sum / divisor } };
    }
  }
};

const divide = (value: Scalar, divisor: number): Scalar =>
  divisor === 1 ? value : Number(value) / divisor;

/**
 * Buckets with strictly increasing bounds, `+Inf` last. Effect's own end in `+Inf`, whose count leaves out observations of
 * `NaN`; a state made by other means may lack it, and then `count` stands for it.
 */
const toBuckets = (
  recorded: ReadonlyArray<readonly [number, number]>,
  count: number,
  divisor: number,
  conflicts: ConflictCounter,
): HistogramSeries["buckets"] => {
  const buckets: Array<readonly [number, number]> = [];
  let invalid = false;
  for (const [recordedBound, cumulative] of recorded) {
    const bound = recordedBound / divisor;
    const highest = buckets.at(-1)?.[0];
    if (Number.isNaN(bound) || (highest !== undefined && bound < highest)) {
      invalid = true;
      continue;
    }
    if (bound === highest) buckets.pop();
    buckets.push([bound, cumulative]);
  }
  if (invalid) conflicts.add("invalid_bound");
  const last = buckets.at(-1);
  const counted = last?.[1] ?? 0;
  if (last?.[0] !== Number.POSITIVE_INFINITY) {
    buckets.push([Number.POSITIVE_INFINITY, Math.max(count, counted)]);
  } else if (counted !== count) {
    conflicts.add("not_a_number");
  }
  return buckets;
};

const toQuantiles = (
  recorded: ReadonlyArray<readonly [number, number]>,
  divisor: number,
  conflicts: ConflictCounter,
): SummarySeries["quantiles"] => {
  const quantiles = new Map<number, number>();
  let invalid = false;
  for (const [quantile, value] of recorded) {
    if (quantile >= 0 && quantile <= 1) quantiles.set(quantile, value / divisor);
    else invalid = true;
  }
  if (invalid) conflicts.add("invalid_bound");
  return [...quantiles].toSorted(([left], [right]) => left - right);
};
