/** A histogram's bucket: how many measurements were at most its bound. */
export interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/**
 * The value below which the fraction `q` of the measurements lies, as Prometheus's `histogram_quantile` finds it: a bucket's
 * measurements are taken to lie evenly in it, and those above the last finite bound at that bound. `null` where there are
 * none.
 */
export const quantile = (q: number, buckets: ReadonlyArray<Bucket>): number | null => {
  const sorted = buckets.toSorted((left, right) => left.bound - right.bound);
  const rank = q * (sorted.at(-1)?.count ?? 0);
  if (rank === 0) return null;
  const index = sorted.findIndex(({ count }) => count >= rank);
  const bucket = sorted[index];
  if (bucket === undefined) return null;
  const below = sorted[index - 1] ?? { bound: 0, count: 0 };
  if (bucket.bound === Number.POSITIVE_INFINITY) return below.bound;
  const share = (rank - below.count) / (bucket.count - below.count);
  return below.bound + (bucket.bound - below.bound) * share;
};
