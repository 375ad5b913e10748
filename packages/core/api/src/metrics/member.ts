import type { Selection } from "./bounds.ts";
import { reasonBit } from "./conflicts.ts";
import type { ConflictCounter } from "./conflicts.ts";
import type { Descriptor } from "./descriptor.ts";
import type { FamilyNode, LeafNode } from "./family-node.ts";
import type { HistogramSeries, Labels, ScalarSeries, SummarySeries } from "./family.ts";
import { toLabels } from "./labels.ts";
import type { MergedSeries } from "./merged-series.ts";
import type { Scalar } from "./numbers.ts";
import { quantileValue, readCounter, readGauge, readHistogram, readSummary } from "./point.ts";
import type { Key, State } from "./point.ts";

/**
 * One entry of Effect's registry, or one word of a frequency. It is the series that is written, unless the labels of another
 * make them one.
 */
abstract class MemberBase {
  readonly key: Key;
  readonly descriptor: Descriptor;
  /** `undefined` where the member is left out. */
  family: FamilyNode | undefined;
  /** Where the member is a series of its own. */
  leaf: LeafNode | undefined;
  merged: MergedSeries | undefined;
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

  get buckets(): HistogramSeries["buckets"] {
    return pairs(this.bounds, this.counts);
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
    return pairs(this.selection.written, this.#values);
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

const pairs = (
  keys: ReadonlyArray<number>,
  values: ArrayLike<number>,
): ReadonlyArray<readonly [number, number]> =>
  keys.map((key, index) => [key, values[index] ?? Number.NaN] as const);
