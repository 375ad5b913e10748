import { reasonBits, sampleNames } from "./family.ts";
import { FamilyNode } from "./family-tree.ts";
import type { IndexedSeries, WrittenSeries } from "./indexed-series.ts";

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
