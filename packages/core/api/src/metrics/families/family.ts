import type { Exemplar } from "@executor/telemetry";
import { type Series, sortInSteps } from "@executor/telemetry/reading";

/** Sorted by name; each name once; no empty value. */
export type Labels = ReadonlyArray<readonly [name: string, value: string]>;

/** One label set of a family. */
export interface FamilySeries {
  /** By Prometheus name. */
  readonly labels: Labels;
  /** As it was last read; an index puts the next reading here. */
  readonly reading: Series;
  /**
   * The value of the reading where it is a number. It is copied here because writers go through series in the order of their
   * labels: a look at each reading would be a second wait for memory.
   */
  readonly value: number | bigint | undefined;
  /** The exemplar of the reading where it is a number. */
  readonly exemplar: Exemplar | undefined;
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

/** A series that knows its chunk. */
type ChunkSeries = FamilySeries & { chunk: Chunk | undefined };

/** A series with its labels' identity, by which a family is sorted. */
type Keyed<S> = readonly [identity: string, series: S];

/** A run of a family's series in the tree. */
export class ChunkNode<S extends ChunkSeries = ChunkSeries> implements Chunk {
  version = 0;
  readonly #family: FamilyNode<S>;
  readonly series: ReadonlyArray<S>;

  /** `first` is the identity of the first series. */
  constructor(
    family: FamilyNode<S>,
    readonly first: string,
    keyed: ReadonlyArray<Keyed<S>>,
  ) {
    this.#family = family;
    this.series = keyed.map(([, series]) => series);
    for (const series of this.series) series.chunk = this;
  }

  get header(): FamilyHeader {
    return this.#family.header;
  }
}

/**
 * The most series of a chunk, so that a chunk has about 100 lines whatever its family's type: where 1 % of a registry's series
 * changed, half of the chunks stay as they are, and the others cost little.
 */
const chunkSizes: Readonly<Record<FamilyType, number>> = {
  counter: 64,
  gauge: 64,
  histogram: 8,
  summary: 32,
};

/** A family in the index: a tree of height one, its chunks sorted and each of bounded size. */
export class FamilyNode<S extends ChunkSeries = ChunkSeries> {
  chunks: ReadonlyArray<ChunkNode<S>> = [];
  /** Series that joined the family. */
  size = 0;
  /** Series that have a help text. */
  withHelp = 0;
  /** Series whose repair depends on the order in which they were recorded. */
  ordered = 0;
  readonly #added = new Map<string, S>();
  readonly #removed = new Set<S>();

  /** `owner` is the series that took the name; `undefined` once it is gone. */
  constructor(
    public header: FamilyHeader,
    public owner: object | undefined,
  ) {}

  /** The series with these labels. */
  find(identity: string): S | undefined {
    const added = this.#added.get(identity);
    if (added !== undefined) return added;
    // The last chunk that begins at or before it.
    const chunk = this.chunks[countWhile(this.chunks, ({ first }) => first <= identity) - 1];
    const series = chunk?.series ?? [];
    const found = series[countWhile(series, ({ labels }) => labelsIdentity(labels) < identity)];
    const isThere = found !== undefined && labelsIdentity(found.labels) === identity;
    return isThere && !this.#removed.has(found) ? found : undefined;
  }

  /** Adds a series when the family is next settled, in the place of `existing`, which had its labels. */
  put(identity: string, series: S, existing?: S): void {
    if (existing?.chunk !== undefined) this.#removed.add(existing);
    this.#added.set(identity, series);
  }

  /** Removes a series that is in a chunk when the family is next settled. */
  remove(series: S): void {
    this.#removed.add(series);
  }

  /** Applies what was put and removed; chunks without such a series stay. */
  *settle(): Generator<void, void> {
    if (this.#added.size === 0 && this.#removed.size === 0) return;
    const keyed: Array<Keyed<S>> = [];
    for (const entry of this.#added) {
      keyed.push(entry);
      if (keyed.length % batch === 0) yield;
    }
    const added = yield* sortInSteps(keyed, byIdentity);
    const touched = new Set([...this.#removed].map(({ chunk }) => chunk));
    const chunks: Array<ChunkNode<S>> = [];
    let at = 0;
    for (const [index, chunk] of this.chunks.entries()) {
      const next = this.chunks[index + 1]?.first;
      const end =
        next === undefined ? added.length : countWhile(added, ([identity]) => identity < next);
      if (end === at && !touched.has(chunk)) {
        chunks.push(chunk);
        continue;
      }
      const kept = chunk.series
        .filter((series) => !this.#removed.has(series))
        .map((series): Keyed<S> => [labelsIdentity(series.labels), series]);
      this.#split(yield* sortInSteps([...kept, ...added.slice(at, end)], byIdentity), chunks);
      at = end;
      yield;
    }
    for (; at < added.length; at += batch) {
      this.#split(added.slice(at, at + batch), chunks);
      yield;
    }
    this.chunks = chunks;
    this.#added.clear();
    this.#removed.clear();
  }

  #split(keyed: ReadonlyArray<Keyed<S>>, into: Array<ChunkNode<S>>): void {
    const count = Math.ceil(keyed.length / chunkSizes[this.header.type]);
    for (let index = 0; index < count; index += 1) {
      const part = keyed.slice(
        Math.floor((keyed.length * index) / count),
        Math.floor((keyed.length * (index + 1)) / count),
      );
      const first = part[0];
      if (first !== undefined) into.push(new ChunkNode(this, first[0], part));
    }
  }
}

/** The number of items at the start of a sorted list for which `test` holds, found by bisection. */
const countWhile = <A>(sorted: ReadonlyArray<A>, test: (item: A) => boolean): number => {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && test(item)) from = middle + 1;
    else to = middle;
  }
  return from;
};

/** Series that are put into new chunks at a time; a multiple of every chunk size. */
const batch = 1024;

const byIdentity = ([left]: Keyed<unknown>, [right]: Keyed<unknown>): number =>
  left < right ? -1 : left > right ? 1 : 0;
