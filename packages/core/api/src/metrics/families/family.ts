import type { Series } from "@executor/telemetry/reading";

/** Sorted by name; each name once; no empty value. */
export type Labels = ReadonlyArray<readonly [name: string, value: string]>;

/** One label set of a family. */
export interface FamilySeries {
  /** By Prometheus name. */
  readonly labels: Labels;
  /** As it was last read; an index puts the next reading here. */
  readonly reading: Series;
}

export type FamilyType = "counter" | "gauge" | "histogram" | "summary";

export interface FamilyHeader {
  /** The Prometheus name, its unit in it, without `_total`. */
  readonly name: string;
  readonly type: FamilyType;
  /** `""` where the metric has no description. */
  readonly help: string;
  /** In words, such as `seconds`; the name ends in them. `""` for none. */
  readonly unit: string;
}

/** A run of a family's series: the piece that is written as one. */
export interface Chunk {
  readonly header: FamilyHeader;
  /** Sorted and distinct by their labels. They stay the same for the life of the chunk. */
  readonly series: ReadonlyArray<FamilySeries>;
  /** Goes up when a reading of its series changes. */
  version: number;
}

/**
 * All series of one name. They are sorted and distinct by their labels, each reading fits the family's type, and no sample name
 * belongs to two families, so that writers can write without checking.
 */
export interface Family extends FamilyHeader {
  readonly series: ReadonlyArray<FamilySeries>;
}

/** Names that samples of a family have or may have; OpenMetrics 1.0 forbids a family under another's sample name. */
export const sampleNames = (name: string, type: FamilyType): ReadonlyArray<string> => {
  switch (type) {
    case "counter":
      return [name, `${name}_total`, `${name}_created`];
    case "gauge":
      return [name];
    case "histogram":
      return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`, `${name}_created`];
    case "summary":
      return [name, `${name}_sum`, `${name}_count`, `${name}_created`];
  }
};

/** A text that is the same for equal labels only, and sorts as the labels do. */
export const labelsIdentity = (labels: Labels): string => {
  let identity = "";
  for (const [name, value] of labels) {
    const escaped = value.includes("\u0000") ? value.replaceAll("\u0000", "\u0000\u0001") : value;
    identity += `${name}\u0000${escaped}\u0000\u0000`;
  }
  return identity;
};

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
