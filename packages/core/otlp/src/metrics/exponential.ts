import type { HistogramSeries } from "@executor/telemetry/reading";
import type { ExponentialBuckets, ExponentialValues } from "./encoding.ts";

/** The same observations in exponential buckets, by index and with the empty ones left out. */
type Native = NonNullable<HistogramSeries["native"]>;
type NativeBuckets = Native["positive"];

/** Buckets on each side of 0 at most ("Base2 Exponential Bucket Histogram Aggregation", `MaxSize`). */
const maxBuckets = 160;

/**
 * The exponential buckets of a series that has all of its observations in them; `undefined` for one that code recorded without an
 * instrument, or in part.
 */
export const nativeOf = ({ native, count }: HistogramSeries): Native | undefined =>
  native !== undefined && native.count >= count ? native : undefined;

/**
 * A point's values. The scale is the finest at which the buckets of each side, empty ones included, are 160 at most. Infinite
 * observations are in no bucket, and then neither they nor the sum are told, which the specification keeps to finite values.
 */
export const exponentialValues = (
  { labels, sum, min, max }: Pick<HistogramSeries, "labels" | "sum" | "min" | "max">,
  native: Native,
): ExponentialValues => {
  const finite = withoutInfinite(native);
  const { schema, zeroCount, zeroThreshold, positive, negative } = narrow(finite);
  return {
    type: "exponential",
    labels,
    scale: schema,
    zeroCount,
    zeroThreshold,
    positive: toDense(positive),
    negative: toDense(negative),
    count: zeroCount + total(positive) + total(negative),
    // "Negative events can be recorded, but sum should not be filled out when doing so" (`metrics.proto`).
    sum: Number.isFinite(sum) && negative.indexes.length === 0 ? sum : undefined,
    min: Number.isFinite(min) ? min : undefined,
    max: Number.isFinite(max) ? max : undefined,
  };
};

/** The observations since an earlier state of the same histogram; `undefined` where it began anew. */
export const increaseOf = (now: Native, before: Native): Native | undefined => {
  const earlier = coarsened(before, now.schema);
  const positive = subtract(now.positive, earlier.positive);
  const negative = subtract(now.negative, earlier.negative);
  const zeroCount = now.zeroCount - earlier.zeroCount;
  if (before.schema < now.schema || zeroCount < 0 || !positive || !negative) return undefined;
  return { ...now, zeroCount, positive, negative, count: now.count - earlier.count };
};

const subtract = (now: NativeBuckets, before: NativeBuckets): NativeBuckets | undefined => {
  const earlier = new Map(before.indexes.map((index, at) => [index, before.counts[at] ?? 0]));
  const indexes: Array<number> = [];
  const counts: Array<number> = [];
  for (const [at, index] of now.indexes.entries()) {
    const count = (now.counts[at] ?? 0) - (earlier.get(index) ?? 0);
    earlier.delete(index);
    if (count < 0) return undefined;
    if (count === 0) continue;
    indexes.push(index);
    counts.push(count);
  }
  return earlier.size === 0 ? { indexes, counts } : undefined;
};

/** The bucket above the largest finite number has the infinite observations. */
const withoutInfinite = (native: Native): Native => {
  const last = 1_024 * 2 ** native.schema;
  const finite = (buckets: NativeBuckets): NativeBuckets => {
    const end = buckets.indexes.findIndex((index) => index > last);
    return end < 0
      ? buckets
      : { indexes: buckets.indexes.slice(0, end), counts: buckets.counts.slice(0, end) };
  };
  return { ...native, positive: finite(native.positive), negative: finite(native.negative) };
};

/** With as many steps coarser as the widest side needs. */
const narrow = (native: Native): Native => {
  let { schema } = native;
  while (spanAt(native, schema) > maxBuckets) schema -= 1;
  return coarsened(native, schema);
};

const spanAt = ({ schema, positive, negative }: Native, coarser: number): number =>
  Math.max(
    ...[positive, negative].map(({ indexes }) => {
      const [first] = indexes;
      const last = indexes.at(-1);
      if (first === undefined || last === undefined) return 0;
      return joinedIndex(last, schema - coarser) - joinedIndex(first, schema - coarser) + 1;
    }),
  );

/** The bucket that has an index's observations after `steps` times two neighbours were joined into one. */
const joinedIndex = (index: number, steps: number): number => Math.ceil(index / 2 ** steps);

const coarsened = (native: Native, schema: number): Native => {
  const steps = native.schema - schema;
  if (steps <= 0) return native;
  const join = ({ indexes, counts }: NativeBuckets): NativeBuckets => {
    const joined = new Map<number, number>();
    for (const [at, index] of indexes.entries()) {
      const coarse = joinedIndex(index, steps);
      joined.set(coarse, (joined.get(coarse) ?? 0) + (counts[at] ?? 0));
    }
    return { indexes: [...joined.keys()], counts: [...joined.values()] };
  };
  return { ...native, schema, positive: join(native.positive), negative: join(native.negative) };
};

/** As OTLP has them: a bucket's index is that of its lower bound, one less than here, and empty ones between are written. */
const toDense = ({ indexes, counts }: NativeBuckets): ExponentialBuckets => {
  const [first] = indexes;
  const last = indexes.at(-1);
  if (first === undefined || last === undefined) return { offset: 0, counts: [] };
  const dense = Array.from({ length: last - first + 1 }, () => 0);
  for (const [at, index] of indexes.entries()) dense[index - first] = counts[at] ?? 0;
  return { offset: first - 1, counts: dense };
};

const total = ({ counts }: NativeBuckets): number => counts.reduce((sum, count) => sum + count, 0);
