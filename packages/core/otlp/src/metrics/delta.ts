import type { HistogramSeries, NumberSeries, Series } from "@executor/telemetry/reading";
import type { Point } from "./encoding.ts";
import { exponentialValues, increaseOf, nativeOf } from "./exponential.ts";

type Times = Pick<Point, "startTime" | "time">;

/** A series as the receiver took it last, and the time of that export. */
interface Accepted {
  readonly total: Series;
  readonly time: bigint;
}

/**
 * Turns cumulative series into their increase since the receiver last took them (OpenTelemetry's metrics data model, "Sums:
 * Cumulative to Delta Conversion"). It remembers a series only once {@link accept} says that the receiver has it, so a failed
 * export loses nothing and counts nothing twice.
 */
export class DeltaMemory {
  readonly #accepted = new WeakMap<object, Accepted>();

  /** The increase as a point, of a histogram in exponential buckets where it is so asked; `undefined` where there is none. */
  convert(series: Series, times: Times, isExponential: boolean): Point | undefined {
    const before = this.#accepted.get(series.source);
    if (series.type === "number" && before?.total.type === "number") {
      return numberDelta(series, before.total, { ...times, startTime: before.time }, times);
    }
    if (series.type !== "histogram") return { values: series, total: series, ...times };
    if (isExponential) {
      return exponentialDelta(
        series,
        before?.total,
        before && { ...times, startTime: before.time },
        times,
      );
    }
    return before?.total.type === "histogram" && isContinuation(series, before.total)
      ? histogramDelta(series, before.total, { ...times, startTime: before.time })
      : { values: withoutRange(series), total: series, ...times };
  }

  /** Remembers points that the receiver has taken. */
  accept(points: Iterable<Point>): void {
    for (const { total, time } of points) this.#accepted.set(total.source, { total, time });
  }
}

const numberDelta = (
  series: NumberSeries,
  before: NumberSeries,
  since: Times,
  sinceStart: Times,
): Point | undefined => {
  if (series.value === before.value) return undefined;
  const value =
    typeof series.value === "bigint" && typeof before.value === "bigint"
      ? series.value - before.value
      : Number(series.value) - Number(before.value);
  // A monotonic sum that went down has started from 0.
  return value < 0
    ? { values: series, total: series, ...sinceStart }
    : { values: { type: "number", labels: series.labels, value }, total: series, ...since };
};

/** Whether every bucket has at least its count of before. */
const isContinuation = (series: HistogramSeries, before: HistogramSeries): boolean => {
  if (series.bounds.length !== before.bounds.length) return false;
  let increase = 0;
  return series.counts.every((count, index) => {
    const last = increase;
    increase = count - (before.counts[index] ?? 0);
    return series.bounds[index] === before.bounds[index] && increase >= last;
  });
};

const histogramDelta = (
  series: HistogramSeries,
  before: HistogramSeries,
  since: Times,
): Point | undefined =>
  series.count === before.count && Object.is(series.sum, before.sum)
    ? undefined
    : {
        values: {
          ...withoutRange(series),
          counts: series.counts.map((count, index) => count - (before.counts[index] ?? 0)),
          count: series.count - before.count,
          sum: series.sum - before.sum,
        },
        total: series,
        ...since,
      };

/** The increase of a histogram in exponential buckets; all of it where it is not one of `before`. */
const exponentialDelta = (
  series: HistogramSeries,
  before: Series | undefined,
  since: Times | undefined,
  sinceStart: Times,
): Point | undefined => {
  const now = nativeOf(series);
  if (now === undefined) return undefined;
  const earlier = before?.type === "histogram" ? nativeOf(before) : undefined;
  const increase = earlier && increaseOf(now, earlier);
  if (before?.type !== "histogram" || since === undefined || increase === undefined) {
    return { values: exponentialValues(withoutRange(series), now), total: series, ...sinceStart };
  }
  const sum = series.sum - before.sum;
  return increase.count === 0 && sum === 0
    ? undefined
    : {
        values: exponentialValues({ ...withoutRange(series), sum }, increase),
        total: series,
        ...since,
      };
};

/** The least and the greatest observation of an interval are not known. */
const withoutRange = ({ labels, bounds, counts, count, sum }: HistogramSeries) => ({
  type: "histogram" as const,
  labels,
  bounds,
  counts,
  count,
  sum,
  min: undefined,
  max: undefined,
});
