import type { HistogramReading, MetricType, Reading } from "./model.ts";

/**
 * One point of two with the same identity, which a receiver would refuse, merged as a scrape does: sums and histograms are
 * added, of gauges the last is kept, and what cannot be added (other bounds, quantiles) stays as it was recorded first.
 */
export const mergeReadings = (type: MetricType, first: Reading, second: Reading): Reading => {
  if (first.type === "number" && second.type === "number") {
    return type === "gauge"
      ? second
      : { type: "number", value: addNumbers(first.value, second.value) };
  }
  if (first.type !== "histogram" || second.type !== "histogram") return first;
  if (!equal(first.bounds, second.bounds)) return first;
  return {
    type: "histogram",
    bounds: first.bounds,
    counts: first.counts.map((count, index) => count + (second.counts[index] ?? 0)),
    count: first.count + second.count,
    sum: first.sum + second.sum,
    range: mergeRanges(first.range, second.range),
  };
};

const addNumbers = (left: number | bigint, right: number | bigint): number | bigint =>
  typeof left === "bigint" && typeof right === "bigint"
    ? left + right
    : Number(left) + Number(right);

type Range = HistogramReading["range"];

const mergeRanges = (left: Range, right: Range): Range =>
  left === undefined || right === undefined
    ? (left ?? right)
    : { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) };

export const equal = (left: ReadonlyArray<number>, right: ReadonlyArray<number>): boolean =>
  left.length === right.length && left.every((value, index) => value === right[index]);
