import { mergeSeries } from "@executor/telemetry/reading";
import type { Series } from "@executor/telemetry/reading";
import { reasonBits } from "./family.ts";
import type { Chunk, ConflictCounter, FamilySeries, Labels } from "./family.ts";
import type { Descriptor } from "./names.ts";
import type { FamilyNode } from "./family-tree.ts";
import { toLabels } from "./names.ts";

/** A series of the registry, from one reading to the next. It is written as it is, unless the labels of another make them one. */
export class IndexedSeries implements FamilySeries {
  reading: Series;
  readonly descriptor: Descriptor;
  /** `undefined` where the series is left out. */
  family: FamilyNode<WrittenSeries> | undefined;
  /** Where the series is written by itself. */
  chunk: Chunk | undefined;
  /** Where the series is written as part of another. */
  merged: MergedSeries | undefined;
  /** The repairs to it, and the reason for which it is left out, as bits of `reasonBits`. */
  reasons: number;

  constructor(reading: Series, descriptor: Descriptor) {
    this.reading = reading;
    this.descriptor = descriptor;
    this.reasons = reasonBits(...reading.repairs);
  }

  /** Made on each call: nobody needs them while only values change. */
  get labels(): Labels {
    return toLabels(this.reading.labels, this.descriptor);
  }

  /** Takes over the next reading; `false` where it cannot be written in the place of the last one. */
  replace(reading: Series, conflicts: ConflictCounter): boolean {
    const last = this.reading;
    if (reading === last) return true;
    if (reading.type === "histogram") {
      if (last.type !== "histogram" || reading.bounds !== last.bounds) return false;
      if (this.family !== undefined) this.#countRepairs(reading, conflicts);
    }
    this.reading = reading;
    if (this.merged !== undefined) this.merged.refresh();
    else if (this.chunk !== undefined) this.chunk.version += 1;
    return true;
  }

  /** A histogram may observe its first `NaN` at any time. */
  #countRepairs({ repairs }: Series, conflicts: ConflictCounter): void {
    if (!repairs.includes("not_a_number") || (this.reasons & notANumber) !== 0) return;
    this.reasons |= notANumber;
    conflicts.add(notANumber);
  }
}

const notANumber = reasonBits("not_a_number");

/** Series whose labels are the same once translated, written as one. */
export class MergedSeries implements FamilySeries {
  reading: Series;
  chunk: Chunk | undefined;
  readonly #first: IndexedSeries;
  readonly #others: Array<IndexedSeries> = [];

  constructor(first: IndexedSeries) {
    this.reading = first.reading;
    this.#first = first;
    first.merged = this;
  }

  get labels(): Labels {
    return this.#first.labels;
  }

  add(series: IndexedSeries): void {
    this.#others.push(series);
    series.merged = this;
    this.refresh();
  }

  /** Makes the reading anew from those of all its series. */
  refresh(): void {
    const { type } = this.#first.descriptor;
    let merged = this.#first.reading;
    for (const { reading } of this.#others) merged = mergeSeries(type, merged, reading) ?? merged;
    this.reading = merged;
    if (this.chunk !== undefined) this.chunk.version += 1;
  }
}

/**
 * Merges a series with the one that has its labels. Gives the merged series, or the reason for which `series` is left out: its
 * values cannot be added.
 */
export const merge = (
  existing: WrittenSeries,
  series: IndexedSeries,
): MergedSeries | "bounds" | "quantiles" => {
  const { type } = series.descriptor;
  if (mergeSeries(type, existing.reading, series.reading) === undefined) {
    return type === "summary" ? "quantiles" : "bounds";
  }
  const merged = existing instanceof MergedSeries ? existing : new MergedSeries(existing);
  merged.add(series);
  return merged;
};

/** A series as it is written. */
export type WrittenSeries = IndexedSeries | MergedSeries;
