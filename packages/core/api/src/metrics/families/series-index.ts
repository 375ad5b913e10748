import { atOnce, readPairs } from "@executor/telemetry/reading";
import type { FindDefinition, Metric, Pairs, Series } from "@executor/telemetry/reading";
import { ConflictCounter, labelsIdentity, reasonBits } from "./family.ts";
import type { Conflicts, Family, FamilyNode } from "./family.ts";
import { Descriptor, labelRepairs } from "./names.ts";
import { FamilyRegistry, IndexedSeries, merge, type WrittenSeries } from "./family-registry.ts";

/** Series between two yields. */
const step = 256;

/** Readings that are compared between two yields: each takes nanoseconds, and a yield a microsecond. */
const comparedStep = 4_096;

/**
 * The families of a registry, kept from one reading to the next: names are worked out when a series first appears, and
 * afterwards only readings are compared. It holds at any time what an index made of the last reading alone would hold.
 *
 * Names, units and labels are translated by OpenTelemetry's rules. A series that cannot be written as it is, is repaired or
 * left out and counted under its reason (see `conflictReasons`), so that one bad metric never costs the others; of two that
 * exclude each other, the one recorded first stays.
 */
export class SeriesIndex {
  #descriptors = new Map<Metric, Descriptor>();
  #registry = new FamilyRegistry();
  #conflicts = new ConflictCounter();
  #series: ReadonlyArray<IndexedSeries> = [];
  /** The last reading, by which the next one is compared without a look at each series. */
  #readings: ReadonlyArray<Series> = [];
  /** Families to settle. */
  #touched = new Set<FamilyNode<WrittenSeries>>();
  /** Whether the last update was carried through. */
  #whole = true;

  /** Sorted by name. */
  get families(): ReadonlyArray<FamilyNode<WrittenSeries>> {
    return this.#registry.families;
  }

  get conflicts(): Conflicts {
    return this.#conflicts.counts;
  }

  /** Brings the index up to date with a reading. */
  update(readings: ReadonlyArray<Series>): void {
    atOnce(this.steps(readings));
  }

  /** {@link update}, yielding every few hundred series. It must end before the next begins; after an error the next starts afresh. */
  *steps(readings: ReadonlyArray<Series>): Generator<void, void> {
    if (!this.#whole) this.#clear();
    this.#whole = false;
    const same = yield* this.#replace(readings);
    if (same === undefined || !(yield* this.#reconcile(readings, same))) {
      this.#clear();
      yield* this.#reconcile(readings, 0);
    }
    for (const family of this.#touched) yield* family.settle();
    this.#touched.clear();
    this.#readings = readings;
    this.#whole = true;
  }

  /** Takes over the readings of series that kept their places; returns how many, `undefined` if one cannot be taken over. */
  *#replace(readings: ReadonlyArray<Series>): Generator<void, number | undefined> {
    const count = Math.min(readings.length, this.#readings.length);
    if (readings === this.#readings) return count;
    for (let from = 0; from < count; from += comparedStep) {
      const end = Math.min(from + comparedStep, count);
      const same = this.#replaceRange(readings, from, end);
      if (same !== end) return same;
      yield;
    }
    return count;
  }

  /** {@link #replace} for a part. A method and no generator, which engines run faster. */
  #replaceRange(readings: ReadonlyArray<Series>, from: number, end: number): number | undefined {
    const last = this.#readings;
    for (let index = from; ; index += 1) {
      index = firstDifference(last, readings, index, end);
      if (index === end) return end;
      const reading = readings[index];
      const series = this.#series[index];
      if (reading === undefined || series?.reading.source !== reading.source) return index;
      if (!series.replace(reading, this.#conflicts)) return undefined;
    }
  }

  /**
   * Takes out the series that are gone from the readings at `from` and after it, and puts new ones in. `false` where a known
   * series would be treated in another way, had all been recorded in this order from the start.
   */
  *#reconcile(readings: ReadonlyArray<Series>, from: number): Generator<void, boolean> {
    if (from === readings.length && from === this.#series.length) return true;
    const old = new Map<object, number>();
    for (let index = from; index < this.#series.length; index += 1) {
      const source = this.#series[index]?.reading.source;
      if (source === undefined || old.has(source)) return false;
      old.set(source, index);
      if (index % step === step - 1) yield;
    }
    const next: Array<IndexedSeries | undefined> = this.#series.slice(0, from);
    let lastKnown = from - 1;
    let lastOld = from - 1;
    for (let index = from; index < readings.length; index += 1) {
      const reading = readings[index];
      if (reading === undefined) continue;
      const position = old.get(reading.source);
      const known = position === undefined ? undefined : this.#series[position];
      next.push(known);
      if (index % step === step - 1) yield;
      if (position === undefined || known === undefined) continue;
      if (position < lastOld || !known.replace(reading, this.#conflicts)) return false;
      old.delete(reading.source);
      lastOld = position;
      lastKnown = index;
    }
    for (const position of old.values()) {
      const gone = this.#series[position];
      if (gone !== undefined && !this.#remove(gone)) return false;
      if (position % step === step - 1) yield;
    }
    for (let index = from; index < readings.length; index += 1) {
      const reading = readings[index];
      if (next[index] !== undefined || reading === undefined) continue;
      const series = new IndexedSeries(reading, this.#descriptor(reading.metric));
      if (!this.#place(series, index > lastKnown)) return false;
      next[index] = series;
      if (index % step === step - 1) yield;
    }
    this.#series = next.filter((series) => series !== undefined);
    return true;
  }

  #descriptor(metric: Metric): Descriptor {
    const known = this.#descriptors.get(metric);
    if (known !== undefined) return known;
    const descriptor = new Descriptor(metric);
    this.#descriptors.set(metric, descriptor);
    return descriptor;
  }

  /** Puts a series into its family. `last`: all known ones come before it. `false` if it belongs before others and that matters. */
  #place(series: IndexedSeries, last: boolean): boolean {
    const family = this.#registry.join(series);
    if (family === undefined) {
      this.#conflicts.add(series.reasons);
      return last;
    }
    this.#touched.add(family);
    series.reasons |= labelRepairs(series.reading.labels, series.descriptor);
    const identity = labelsIdentity(series.labels);
    const existing = family.find(identity);
    if (existing === undefined) family.put(identity, series);
    else {
      const merged = merge(existing, series);
      series.reasons |= reasonBits(typeof merged === "string" ? merged : "duplicate");
      if (typeof merged !== "string" && merged !== existing) family.put(identity, merged, existing);
    }
    if ((series.reasons & orderedReasons) !== 0) family.ordered += 1;
    this.#conflicts.add(series.reasons);
    if (last) return true;
    const claimed = family.size === 1;
    return family.ordered === 0 && !(claimed && this.#registry.rejected > 0);
  }

  #remove(series: IndexedSeries): boolean {
    if (!this.#registry.leave(series)) return false;
    this.#conflicts.add(series.reasons, -1);
    if (series.family === undefined) return true;
    series.family.remove(series);
    this.#touched.add(series.family);
    return true;
  }

  #clear(): void {
    this.#descriptors = new Map();
    this.#registry = new FamilyRegistry();
    this.#conflicts = new ConflictCounter();
    this.#series = [];
    this.#readings = [];
    this.#touched = new Set();
  }
}

const firstDifference = (
  left: ReadonlyArray<Series>,
  right: ReadonlyArray<Series>,
  from: number,
  end: number,
): number => {
  let index = from;
  while (index < end && left[index] === right[index]) index += 1;
  return index;
};

const orderedReasons = reasonBits("duplicate", "bounds", "quantiles", "description", "unit");

export interface FamiliesOptions {
  /** Finds the declaration of a metric; in the catalogue of instruments unless given. */
  readonly definition?: FindDefinition;
}

export interface Families {
  /** Sorted by name. */
  readonly families: ReadonlyArray<Family>;
  readonly conflicts: Conflicts;
}

/** Prometheus families of one snapshot of Effect's registry. */
export const toFamilies = (pairs: Pairs, { definition }: FamiliesOptions = {}): Families => {
  const index = new SeriesIndex();
  index.update(readPairs(pairs, definition));
  const families = index.families.map(({ header, chunks }) => ({
    ...header,
    series: chunks.flatMap(({ series }) => series),
  }));
  return { families, conflicts: index.conflicts };
};
