import type { LeafNode } from "./family-node.ts";
import type { HistogramSeries, Labels, ScalarSeries } from "./family.ts";
import type { HistogramMember, Member, ScalarMember } from "./member.ts";
import { addScalars } from "./numbers.ts";
import type { Scalar } from "./numbers.ts";

/** Counters or gauges whose labels are the same once translated: counters are added, of gauges the last is kept. */
export class MergedScalars implements ScalarSeries {
  leaf: LeafNode | undefined;
  value: Scalar = 0;
  readonly #members: [ScalarMember, ...Array<ScalarMember>];

  constructor(first: ScalarMember) {
    this.#members = [first];
  }

  get key() {
    return this.#members[0].key;
  }
  get type() {
    return this.#members[0].type;
  }
  get labels(): Labels {
    return this.#members[0].labels;
  }
  get divisor(): number {
    return this.#members[0].divisor;
  }

  add(member: ScalarMember): void {
    this.#members.push(member);
    member.merged = this;
    this.refresh();
  }

  refresh(): void {
    const [first, ...others] = this.#members;
    let { value } = first;
    for (const other of others) {
      value = this.type === "counter" ? addScalars(value, other.value) : other.value;
    }
    this.value = value;
    if (this.leaf !== undefined) this.leaf.version += 1;
  }
}

/** Histograms whose labels are the same once translated, and whose bounds are. */
export class MergedHistograms implements HistogramSeries {
  readonly type = "histogram";
  leaf: LeafNode | undefined;
  sum = 0;
  readonly counts: Float64Array;
  readonly #members: [HistogramMember, ...Array<HistogramMember>];

  constructor(first: HistogramMember) {
    this.#members = [first];
    this.counts = new Float64Array(first.counts.length);
  }

  get key() {
    return this.#members[0].key;
  }
  get labels(): Labels {
    return this.#members[0].labels;
  }
  get divisor(): number {
    return this.#members[0].divisor;
  }
  get bounds(): ReadonlyArray<number> {
    return this.#members[0].bounds;
  }
  get buckets(): HistogramSeries["buckets"] {
    return this.bounds.map((bound, index) => [bound, this.counts[index] ?? 0] as const);
  }

  add(member: HistogramMember): void {
    this.#members.push(member);
    member.merged = this;
    this.refresh();
  }

  refresh(): void {
    const [first, ...others] = this.#members;
    this.counts.set(first.counts);
    this.sum = first.sum;
    for (const other of others) {
      this.sum += other.sum;
      for (const [index, count] of other.counts.entries()) {
        this.counts[index] = (this.counts[index] ?? 0) + count;
      }
    }
    if (this.leaf !== undefined) this.leaf.version += 1;
  }
}

export type MergedSeries = MergedScalars | MergedHistograms;

/** What is written as one series. */
export type IndexedSeries = Member | MergedSeries;

export type Merger =
  /** The labels, and all else that must be, are the same: one series. */
  | { readonly reason: "duplicate"; readonly series: MergedSeries }
  /** The member is left out: what it counts cannot be added. */
  | { readonly reason: "bounds" | "quantiles" };

/**
 * What becomes of a member whose labels an existing series of its family has. A union of different bounds would be exact only
 * until an observation falls between them; the series would then fall back to the first histogram's counts, which reads as a
 * restart.
 */
export const merge = (existing: IndexedSeries, member: Member): Merger => {
  if (existing.type === "histogram" && member.type === "histogram") {
    if (!sameBounds(existing.bounds, member.bounds)) return { reason: "bounds" };
    const series = existing instanceof MergedHistograms ? existing : mergedHistogram(existing);
    series.add(member);
    return { reason: "duplicate", series };
  }
  if (existing.type === "summary" || member.type === "summary") return { reason: "quantiles" };
  if (existing.type === "histogram" || member.type === "histogram") return { reason: "bounds" };
  const series = existing instanceof MergedScalars ? existing : mergedScalar(existing);
  series.add(member);
  return { reason: "duplicate", series };
};

const mergedScalar = (first: ScalarMember): MergedScalars => {
  const series = new MergedScalars(first);
  first.merged = series;
  return series;
};

const mergedHistogram = (first: HistogramMember): MergedHistograms => {
  const series = new MergedHistograms(first);
  first.merged = series;
  return series;
};

const sameBounds = (left: ReadonlyArray<number>, right: ReadonlyArray<number>): boolean =>
  left === right ||
  (left.length === right.length && left.every((bound, index) => bound === right[index]));
