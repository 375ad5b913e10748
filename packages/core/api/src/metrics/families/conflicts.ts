/**
 * Reasons for which a series was repaired or left out of an exposition, because it cannot be written as it was recorded. They
 * are the values of the `reason` label of `executor.metrics.conflicts`, which counts series.
 */
export const conflictReasons = [
  /** Left out: the name belongs to a metric of another type, recorded first. */
  "type",
  /** Left out: a sample's name, such as `x_count`, belongs to another metric, recorded first. */
  "sample_name",
  /** Left out: the labels are those of another series of the histogram, whose bounds differ. */
  "bounds",
  /** Left out: the labels are those of another series of the summary, and quantiles cannot be added. */
  "quantiles",
  /** Merged: the labels are those of another series. Counters and histograms were added, the last gauge was kept. */
  "duplicate",
  /** The first description was kept. */
  "description",
  /** The first unit was kept. */
  "unit",
  /** Several label keys have one Prometheus name; their values were joined with `;`. */
  "label_name",
  /** A label key that Prometheus or the metric's type keeps for itself was renamed. */
  "reserved_label",
  /** Bounds or quantiles that are not numbers, or a quantile outside [0, 1], were left out. */
  "invalid_bound",
  /** Observations of `NaN` were left out of the count; the sum is `NaN`. */
  "not_a_number",
] as const;

export type ConflictReason = (typeof conflictReasons)[number];

/** The number of series that each reason touched; a reason that is absent touched no series. */
export type Conflicts = ReadonlyMap<ConflictReason, number>;

const all: ReadonlyArray<ConflictReason> = conflictReasons;

/** Reasons as bits, so that a series keeps them in one number. */
export const reasonBits = (...reasons: ReadonlyArray<ConflictReason>): number =>
  reasons.reduce((bits, reason) => bits | (1 << all.indexOf(reason)), 0);

/** A running count of series by reason. */
export class ConflictCounter {
  readonly #counts = all.map(() => 0);

  get counts(): Conflicts {
    return new Map(
      all
        .map((reason, index) => [reason, this.#counts[index] ?? 0] as const)
        .filter(([, count]) => count > 0),
    );
  }

  /** Counts a series under each of its reasons; `by` is -1 where the series is gone. */
  add(reasons: number, by: 1 | -1 = 1): void {
    for (let index = 0, rest = reasons; rest > 0; index += 1, rest >>= 1) {
      if (rest % 2 === 1) this.#counts[index] = (this.#counts[index] ?? 0) + by;
    }
  }
}
