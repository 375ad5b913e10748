import type { FamilyHeader, FamilyType, Leaf, Series } from "./family.ts";
import { labelsIdentity } from "./labels.ts";
import { sortInSteps } from "./sort-in-steps.ts";

/** A series that knows its leaf. */
type Placeable = Series & { leaf: Leaf | undefined };

/** A series beside its labels' identity, by which a family is sorted. */
type Placed<S> = readonly [identity: string, series: S];

export class LeafNode<S extends Placeable = Placeable> implements Leaf {
  version = 0;
  readonly #family: FamilyNode<S>;
  readonly series: ReadonlyArray<S>;
  /** The identity of the first series. */
  readonly first: string;

  constructor(family: FamilyNode<S>, first: string, placed: ReadonlyArray<Placed<S>>) {
    this.#family = family;
    this.first = first;
    this.series = placed.map(([, series]) => series);
    for (const series of this.series) series.leaf = this;
  }

  get header(): FamilyHeader {
    return this.#family.header;
  }
}

/**
 * The most series a leaf holds, so that a leaf has about 100 lines whatever its family's type: of a registry with 1 % of its
 * series changed, half of the leaves stay as they are, and those that do not cost little.
 */
const leafSizes: Readonly<Record<FamilyType, number>> = {
  counter: 64,
  gauge: 64,
  histogram: 8,
  summary: 32,
};

/** A family under the index: a tree of height one, its leaves sorted and each of bounded size. */
export class FamilyNode<S extends Placeable = Placeable> {
  header: FamilyHeader;
  leaves: ReadonlyArray<LeafNode<S>> = [];
  /** The member that took the name; `undefined` once it is gone. */
  owner: object | undefined;
  members = 0;
  /** Members that have a help text. */
  helpful = 0;
  /** Members whose repair depends on the order in which members were recorded. */
  ordered = 0;
  readonly #added = new Map<string, S>();
  readonly #removed = new Set<S>();

  constructor(header: FamilyHeader, owner: object) {
    this.header = header;
    this.owner = owner;
  }

  /** The series with these labels. */
  find(identity: string): S | undefined {
    const added = this.#added.get(identity);
    if (added !== undefined) return added;
    const series = this.#leafOf(identity)?.series ?? [];
    let from = 0;
    let to = series.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const candidate = series[middle];
      if (candidate === undefined) return undefined;
      const other = labelsIdentity(candidate.labels);
      if (other === identity) return this.#removed.has(candidate) ? undefined : candidate;
      if (other < identity) from = middle + 1;
      else to = middle;
    }
    return undefined;
  }

  /** Adds a series when the family is next settled, in the place of `existing`, which had its labels. */
  put(identity: string, series: S, existing?: S): void {
    if (existing?.leaf !== undefined) this.#removed.add(existing);
    this.#added.set(identity, series);
  }

  /** Removes a series that is in a leaf when the family is next settled. */
  remove(series: S): void {
    this.#removed.add(series);
  }

  /** Brings the leaves up to date with what was put and removed; leaves that neither touches stay. */
  *settle(): Generator<void, void> {
    if (this.#added.size === 0 && this.#removed.size === 0) return;
    const placed: Array<Placed<S>> = [];
    for (const entry of this.#added) {
      placed.push(entry);
      if (placed.length % batch === 0) yield;
    }
    const added = yield* sortInSteps(placed, byIdentity);
    const touched = new Set([...this.#removed].map(({ leaf }) => leaf));
    const leaves: Array<LeafNode<S>> = [];
    let at = 0;
    for (const [index, leaf] of this.leaves.entries()) {
      const end = this.#until(added, at, this.leaves[index + 1]?.first);
      if (end === at && !touched.has(leaf)) {
        leaves.push(leaf);
        continue;
      }
      const kept = leaf.series
        .filter((series) => !this.#removed.has(series))
        .map((series): Placed<S> => [labelsIdentity(series.labels), series]);
      this.#split(yield* sortInSteps([...kept, ...added.slice(at, end)], byIdentity), leaves);
      at = end;
      yield;
    }
    for (; at < added.length; at += batch) {
      this.#split(added.slice(at, at + batch), leaves);
      yield;
    }
    this.leaves = leaves;
    this.#added.clear();
    this.#removed.clear();
  }

  /** The end of what belongs before `next`. */
  #until(added: ReadonlyArray<Placed<S>>, from: number, next: string | undefined): number {
    if (next === undefined) return added.length;
    let end = from;
    for (let placed = added[end]; placed !== undefined && placed[0] < next; placed = added[end]) {
      end += 1;
    }
    return end;
  }

  #split(placed: ReadonlyArray<Placed<S>>, into: Array<LeafNode<S>>): void {
    const count = Math.ceil(placed.length / leafSizes[this.header.type]);
    for (let index = 0; index < count; index += 1) {
      const part = placed.slice(
        Math.floor((placed.length * index) / count),
        Math.floor((placed.length * (index + 1)) / count),
      );
      const first = part[0];
      if (first !== undefined) into.push(new LeafNode(this, first[0], part));
    }
  }

  /** The last leaf that begins at or before `identity`. */
  #leafOf(identity: string): LeafNode<S> | undefined {
    let from = 0;
    let to = this.leaves.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const leaf = this.leaves[middle];
      if (leaf !== undefined && leaf.first <= identity) from = middle + 1;
      else to = middle;
    }
    return this.leaves[from - 1];
  }
}

/** Series that are put into new leaves at a time; a multiple of every leaf size. */
const batch = 1024;

const byIdentity = ([left]: Placed<unknown>, [right]: Placed<unknown>): number =>
  left < right ? -1 : left > right ? 1 : 0;
