import type { ConflictCounter, ConflictReason } from "./conflicts.ts";
import { sampleNames } from "./family.ts";
import type { Family, FamilyType, HistogramSeries, ScalarSeries, SummarySeries } from "./family.ts";
import { labelsIdentity } from "./labels.ts";
import { addScalars } from "./numbers.ts";
import type { TypedSeries } from "./series.ts";

interface Header {
  readonly name: string;
  readonly help: string;
  readonly unit: string;
}

interface Builder {
  readonly type: FamilyType;
  header: Header;
  /** By {@link labelsIdentity}. */
  readonly series: Map<string, TypedSeries>;
}

/** Families under construction: which name is whose, and what series it has. */
export class FamilyBuilders {
  readonly #conflicts: ConflictCounter;
  readonly #families = new Map<string, Builder>();
  readonly #sampleNames = new Set<string>();

  constructor(conflicts: ConflictCounter) {
    this.#conflicts = conflicts;
  }

  /** The family for a series of this type and header; `undefined` where another metric has taken its name. */
  find(type: FamilyType, header: Header): Builder | undefined {
    const existing = this.#families.get(header.name);
    if (existing === undefined) return this.#claim(type, header);
    if (existing.type !== type) {
      this.#conflicts.add("type");
      return undefined;
    }
    const { help, unit } = existing.header;
    if (help === "") existing.header = { ...existing.header, help: header.help };
    else if (header.help !== "" && header.help !== help) this.#conflicts.add("description");
    if (header.unit !== unit) this.#conflicts.add("unit");
    return existing;
  }

  add(family: Builder, added: TypedSeries): void {
    const identity = labelsIdentity(added.series.labels);
    const existing = family.series.get(identity);
    if (existing === undefined) {
      family.series.set(identity, added);
      return;
    }
    const [reason, merged] = merge(existing, added);
    this.#conflicts.add(reason);
    family.series.set(identity, merged);
  }

  build(): ReadonlyArray<Family> {
    return sortedValues(this.#families).map(({ type, header, series }): Family => {
      const scalars: Array<ScalarSeries> = [];
      const histograms: Array<HistogramSeries> = [];
      const summaries: Array<SummarySeries> = [];
      for (const typed of sortedValues(series)) {
        if (typed.type === "histogram") histograms.push(typed.series);
        else if (typed.type === "summary") summaries.push(typed.series);
        else scalars.push(typed.series);
      }
      switch (type) {
        case "counter":
        case "gauge":
          return { ...header, type, series: scalars };
        case "histogram":
          return { ...header, type, series: histograms };
        case "summary":
          return { ...header, type, series: summaries };
      }
    });
  }

  #claim(type: FamilyType, header: Header): Builder | undefined {
    const names = sampleNames(header.name, type);
    if (names.some((name) => this.#sampleNames.has(name))) {
      this.#conflicts.add("sample_name");
      return undefined;
    }
    for (const name of names) this.#sampleNames.add(name);
    const builder: Builder = { type, header, series: new Map() };
    this.#families.set(header.name, builder);
    return builder;
  }
}

/** What becomes of two series of one family with equal labels. */
const merge = (first: TypedSeries, second: TypedSeries): readonly [ConflictReason, TypedSeries] => {
  if (first.type === "counter" && second.type === "counter") {
    const { labels } = first.series;
    const value = addScalars(first.series.value, second.series.value);
    return ["duplicate", { type: "counter", series: { labels, value } }];
  }
  if (first.type === "histogram" && second.type === "histogram") {
    const series = addHistograms(first.series, second.series);
    return series === undefined ? ["bounds", first] : ["duplicate", { type: "histogram", series }];
  }
  if (first.type === "summary") return ["quantiles", first];
  return ["duplicate", second];
};

/**
 * The sum of two histograms with the same bounds. A union of different bounds would be exact only until an observation falls
 * between them; the series would then fall back to the first histogram's counts, which reads as a restart.
 */
const addHistograms = (
  first: HistogramSeries,
  second: HistogramSeries,
): HistogramSeries | undefined => {
  if (first.buckets.length !== second.buckets.length) return undefined;
  const buckets: Array<readonly [number, number]> = [];
  for (const [index, [bound, count]] of first.buckets.entries()) {
    const other = second.buckets[index];
    if (other === undefined || other[0] !== bound) return undefined;
    buckets.push([bound, count + other[1]]);
  }
  return { labels: first.labels, buckets, sum: first.sum + second.sum };
};

const sortedValues = <A>(map: ReadonlyMap<string, A>): ReadonlyArray<A> =>
  [...map].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, value]) => value);
