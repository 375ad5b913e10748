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
