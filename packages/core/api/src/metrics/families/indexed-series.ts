import type { SeriesHook } from "@executor/telemetry";
import type { Selection } from "./bounds.ts";
import { reasonBit } from "./conflicts.ts";
import type { ConflictCounter } from "./conflicts.ts";
import type { Descriptor } from "./descriptor.ts";
import type { FamilyNode } from "./family-node.ts";
import type { HistogramSeries, Labels, Leaf, ScalarSeries, SummarySeries } from "./family.ts";
import { toLabels } from "./labels.ts";
import { addScalars } from "../text/numbers.ts";
import type { Scalar } from "../text/numbers.ts";
import { quantileValue, readCounter, readGauge, readHistogram, readSummary } from "./point.ts";
import type { Key, State } from "./point.ts";

/**
 * One entry of Effect's registry, or one word of a frequency. It is the series that is written, unless the labels of another
 * make them one.
 */
abstract class MemberBase {
  /** Where its state is read, once that was looked up. */
  hook: SeriesHook | undefined;
  readonly key: Key;
  readonly descriptor: Descriptor;
  /** `undefined` where the member is left out. */
  family: FamilyNode<IndexedSeries> | undefined;
  /** Where the member is a series of its own. */
  leaf: Leaf | undefined;
  /** What the member is a part of, where it is not a series of its own. */
  merged: { readonly refresh: () => void } | undefined;
  /** What was repaired, as bits of `reasonBit`. */
  reasons = 0;

  constructor(key: Key, descriptor: Descriptor) {
    this.key = key;
    this.descriptor = descriptor;
  }

  /** Made on each call: nobody needs them while only values change. */
  get labels(): Labels {
    return toLabels(this.key, this.descriptor, "");
  }

  get divisor(): number {
    return this.descriptor.divisor;
  }

  protected changed(): void {
    if (this.merged !== undefined) this.merged.refresh();
    else if (this.leaf !== undefined) this.leaf.version += 1;
  }
}

export class ScalarMember extends MemberBase implements ScalarSeries {
  readonly type: "counter" | "gauge";
  readonly word: string | undefined;
  value: Scalar = 0;

  constructor(key: Key, descriptor: Descriptor, word?: string) {
    super(key, descriptor);
    this.type = descriptor.type === "counter" ? "counter" : "gauge";
    this.word = word;
  }

  override get labels(): Labels {
    return toLabels(this.key, this.descriptor, this.word ?? "");
  }

  /** Takes over what the registry holds; whether it is of this member's kind. */
  refresh(state: State): boolean {
    const recorded = this.descriptor.kind === "gauge" ? readGauge(state) : readCounter(state);
    if (recorded === undefined) return false;
    this.set(recorded);
    return true;
  }

  set(recorded: Scalar): void {
    const value = this.divisor === 1 ? recorded : Number(recorded) / this.divisor;
    if (Object.is(value, this.value)) return;
    this.value = value;
    this.changed();
  }
}

const notANumber = reasonBit("not_a_number");

export class HistogramMember extends MemberBase implements HistogramSeries {
  readonly type = "histogram";
  readonly selection: Selection;
  readonly counts: Float64Array;
  sum = 0;
  #recordedCount = -1;
  #recordedSum = 0;

  constructor(key: Key, descriptor: Descriptor, selection: Selection) {
    super(key, descriptor);
    this.selection = selection;
    this.counts = new Float64Array(selection.written.length);
    if (selection.repaired) this.reasons |= reasonBit("invalid_bound");
  }

  get bounds(): ReadonlyArray<number> {
    return this.selection.written;
  }

  /** Takes over what the registry holds; whether it has this member's buckets. */
  refresh(state: State, conflicts: ConflictCounter): boolean {
    const point = readHistogram(state);
    if (point === undefined) return false;
    const { buckets, count, sum } = point;
    const { recorded, sources } = this.selection;
    if (buckets.length !== recorded.length) return false;
    if (count === this.#recordedCount && Object.is(sum, this.#recordedSum)) return true;
    this.#recordedCount = count;
    this.#recordedSum = sum;
    this.sum = sum / this.divisor;
    let counted = 0;
    for (let index = 0; index < sources.length; index += 1) {
      const bucket = buckets[sources[index] ?? -1];
      counted = bucket === undefined ? Math.max(count, counted) : bucket[1];
      this.counts[index] = counted;
    }
    this.#note(counted !== count && sources.at(-1) !== -1, conflicts);
    this.changed();
    return true;
  }

  /** An observation of `NaN` is in the count and in no bucket. */
  #note(observedNaN: boolean, conflicts: ConflictCounter): void {
    const noted = (this.reasons & notANumber) !== 0;
    if (noted === observedNaN || this.family === undefined) return;
    this.reasons ^= notANumber;
    conflicts.add(notANumber, observedNaN ? 1 : -1);
  }
}

export class SummaryMember extends MemberBase implements SummarySeries {
  readonly type = "summary";
  readonly selection: Selection;
  readonly #values: Float64Array;
  sum = 0;
  count = 0;

  constructor(key: Key, descriptor: Descriptor, selection: Selection) {
    super(key, descriptor);
    this.selection = selection;
    this.#values = new Float64Array(selection.written.length);
    if (selection.repaired) this.reasons |= reasonBit("invalid_bound");
  }

  get quantiles(): SummarySeries["quantiles"] {
    return this.selection.written.map((quantile, index) => [
      quantile,
      this.#values[index] ?? Number.NaN,
    ]);
  }

  /** Takes over what the registry holds; whether it has this member's quantiles. */
  refresh(state: State): boolean {
    const point = readSummary(state);
    if (point === undefined || point.quantiles.length !== this.selection.recorded.length) {
      return false;
    }
    const sum = point.sum / this.divisor;
    let same = Object.is(sum, this.sum) && point.count === this.count;
    this.sum = sum;
    this.count = point.count;
    for (const [index, source] of this.selection.sources.entries()) {
      const quantile = point.quantiles[source];
      const value = quantile === undefined ? Number.NaN : quantileValue(quantile[1]) / this.divisor;
      same &&= Object.is(value, this.#values[index]);
      this.#values[index] = value;
    }
    if (!same) this.changed();
    return true;
  }
}

export type Member = ScalarMember | HistogramMember | SummaryMember;

/** Series whose labels are the same once translated. */
abstract class MergedBase<A extends Member> {
  leaf: Leaf | undefined;
  protected readonly members: [A, ...Array<A>];

  constructor(first: A) {
    this.members = [first];
    first.merged = this;
  }

  get key(): Key {
    return this.members[0].key;
  }
  get labels(): Labels {
    return this.members[0].labels;
  }
  get divisor(): number {
    return this.members[0].divisor;
  }

  add(member: A): void {
    this.members.push(member);
    member.merged = this;
    this.refresh();
  }

  refresh(): void {
    this.combine();
    if (this.leaf !== undefined) this.leaf.version += 1;
  }

  /** Makes the values anew from those of the members. */
  protected abstract combine(): void;
}

/** Counters are added, of gauges the last is kept. */
export class MergedScalars extends MergedBase<ScalarMember> implements ScalarSeries {
  value: Scalar = 0;

  get type() {
    return this.members[0].type;
  }

  protected combine(): void {
    const [first, ...others] = this.members;
    let { value } = first;
    for (const other of others) {
      value = this.type === "counter" ? addScalars(value, other.value) : other.value;
    }
    this.value = value;
  }
}

/** Histograms whose bounds are the same too. */
export class MergedHistograms extends MergedBase<HistogramMember> implements HistogramSeries {
  readonly type = "histogram";
  sum = 0;
  readonly counts: Float64Array;

  constructor(first: HistogramMember) {
    super(first);
    this.counts = new Float64Array(first.counts.length);
  }

  get bounds(): ReadonlyArray<number> {
    return this.members[0].bounds;
  }

  protected combine(): void {
    const [first, ...others] = this.members;
    this.counts.set(first.counts);
    this.sum = first.sum;
    for (const other of others) {
      this.sum += other.sum;
      for (const [index, count] of other.counts.entries()) {
        this.counts[index] = (this.counts[index] ?? 0) + count;
      }
    }
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
    const series = existing instanceof MergedHistograms ? existing : new MergedHistograms(existing);
    series.add(member);
    return { reason: "duplicate", series };
  }
  if (existing.type === "summary" || member.type === "summary") return { reason: "quantiles" };
  if (existing.type === "histogram" || member.type === "histogram") return { reason: "bounds" };
  const series = existing instanceof MergedScalars ? existing : new MergedScalars(existing);
  series.add(member);
  return { reason: "duplicate", series };
};

const sameBounds = (left: ReadonlyArray<number>, right: ReadonlyArray<number>): boolean =>
  left === right ||
  (left.length === right.length && left.every((bound, index) => bound === right[index]));
