import { FamilyNode, reasonBits, sampleNames } from "./family.ts";
import type { Exemplar } from "@executor/telemetry";
import { mergeSeries, type Series } from "@executor/telemetry/reading";
import type { Chunk, ConflictCounter, FamilySeries, Labels } from "./family.ts";
import { type Descriptor, toLabels } from "./names.ts";

/** The families by name. Of metrics that exclude each other, the one recorded first stays. */
export class FamilyRegistry {
  readonly #families = new Map<string, FamilyNode<WrittenSeries>>();
  readonly #sampleNames = new Set<string>();
  #sorted: ReadonlyArray<FamilyNode<WrittenSeries>> | undefined = [];
  /** Series left out because their name belongs to another metric. */
  rejected = 0;

  /** Sorted by name. */
  get families(): ReadonlyArray<FamilyNode<WrittenSeries>> {
    this.#sorted ??= [...this.#families.values()].toSorted((left, right) =>
      left.header.name < right.header.name ? -1 : 1,
    );
    return this.#sorted;
  }

  /** Finds or makes the family of a series, unless another metric has its name, and notes on the series what had to give way. */
  join(series: IndexedSeries): FamilyNode<WrittenSeries> | undefined {
    const { name, type } = series.descriptor;
    const family = this.#families.get(name) ?? this.#claim(series);
    if (family === undefined || family.header.type !== type) {
      // Its other repairs do not matter.
      series.reasons = family === undefined ? nameTaken : otherType;
      this.rejected += 1;
      return undefined;
    }
    series.family = family;
    family.size += 1;
    addHeader(family, series);
    return family;
  }

  /** Takes a series out; `false` where the treatment of others depended on it. */
  leave(series: IndexedSeries): boolean {
    const { family } = series;
    if (family === undefined) {
      this.rejected -= 1;
      return true;
    }
    const isOwner = family.owner === undefined || family.owner === series;
    if (family.ordered > 0 || (isOwner && this.rejected > 0)) return false;
    if (isOwner) family.owner = undefined;
    family.size -= 1;
    if (series.descriptor.help !== "") family.withHelp -= 1;
    if (family.withHelp === 0 && family.header.help !== "") {
      family.header = { ...family.header, help: "" };
    }
    if (family.size === 0) this.#release(family);
    return true;
  }

  #claim(series: IndexedSeries): FamilyNode<WrittenSeries> | undefined {
    const { name, type, help, unit } = series.descriptor;
    const names = sampleNames(name, type);
    if (names.some((sampleName) => this.#sampleNames.has(sampleName))) return undefined;
    for (const sampleName of names) this.#sampleNames.add(sampleName);
    const family = new FamilyNode<WrittenSeries>({ name, type, help, unit }, series);
    this.#families.set(name, family);
    this.#sorted = undefined;
    return family;
  }

  #release({ header: { name, type } }: FamilyNode<WrittenSeries>): void {
    for (const sampleName of sampleNames(name, type)) this.#sampleNames.delete(sampleName);
    this.#families.delete(name);
    this.#sorted = undefined;
  }
}

const nameTaken = reasonBits("sample_name");
const otherType = reasonBits("type");
const otherHelp = reasonBits("description");
const otherUnit = reasonBits("unit");

const addHeader = (family: FamilyNode<WrittenSeries>, series: IndexedSeries): void => {
  const { help, unit } = series.descriptor;
  if (help !== "") family.withHelp += 1;
  if (family.header.help === "" && help !== "") family.header = { ...family.header, help };
  if (help !== "" && help !== family.header.help) series.reasons |= otherHelp;
  if (unit !== family.header.unit) series.reasons |= otherUnit;
};

/** A series of the registry, from one reading to the next. It is written as it is, unless the labels of another make them one. */
export class IndexedSeries implements FamilySeries {
  reading: Series;
  value: number | bigint | undefined;
  exemplar: Exemplar | undefined;
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
    copyNumber(reading, this);
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
    copyNumber(reading, this);
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
  value: number | bigint | undefined;
  exemplar: Exemplar | undefined;
  chunk: Chunk | undefined;
  readonly #first: IndexedSeries;
  readonly #others: Array<IndexedSeries> = [];

  constructor(first: IndexedSeries) {
    this.reading = first.reading;
    copyNumber(first.reading, this);
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
    copyNumber(merged, this);
    if (this.chunk !== undefined) this.chunk.version += 1;
  }
}

/** Merges a series with the one that has its labels, or gives the reason for which it is left out: its values cannot be added. */
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

const copyNumber = (reading: Series, to: WrittenSeries): void => {
  if (reading.type !== "number") return;
  to.value = reading.value;
  to.exemplar = reading.exemplar;
};

/** A series as it is written. */
export type WrittenSeries = IndexedSeries | MergedSeries;
