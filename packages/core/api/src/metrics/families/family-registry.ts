import { reasonBit } from "./conflicts.ts";
import { FamilyNode } from "./family-node.ts";
import { sampleNames } from "./family.ts";
import type { IndexedSeries, Member } from "./indexed-series.ts";

/** Which name is whose: of metrics that exclude each other, the one recorded first stays. */
export class Claims {
  readonly #families = new Map<string, FamilyNode<IndexedSeries>>();
  readonly #sampleNames = new Set<string>();
  #sorted: ReadonlyArray<FamilyNode<IndexedSeries>> | undefined = [];
  /** Members left out because their name is another's. */
  rejected = 0;

  /** Sorted by name. */
  get families(): ReadonlyArray<FamilyNode<IndexedSeries>> {
    this.#sorted ??= [...this.#families.values()].toSorted((left, right) =>
      left.header.name < right.header.name ? -1 : 1,
    );
    return this.#sorted;
  }

  /** Finds or makes the member's family, unless another metric has its name; notes on the member what it cost. */
  join(member: Member): FamilyNode<IndexedSeries> | undefined {
    const { name, type } = member.descriptor;
    const family = this.#families.get(name) ?? this.#claim(member);
    if (family === undefined || family.header.type !== type) {
      // What else there is to repair does not matter for what is left out.
      member.reasons = family === undefined ? nameTaken : otherType;
      this.rejected += 1;
      return undefined;
    }
    member.family = family;
    family.members += 1;
    addHeader(family, member);
    return family;
  }

  /** Takes a member out; `false` where others would then be treated in another way. */
  leave(member: Member): boolean {
    const { family } = member;
    if (family === undefined) {
      this.rejected -= 1;
      return true;
    }
    const isOwner = family.owner === undefined || family.owner === member;
    if (family.ordered > 0 || (isOwner && this.rejected > 0)) return false;
    if (isOwner) family.owner = undefined;
    family.members -= 1;
    if (member.descriptor.help !== "") family.helpful -= 1;
    if (family.helpful === 0 && family.header.help !== "") {
      family.header = { ...family.header, help: "" };
    }
    if (family.members === 0) this.#release(family);
    return true;
  }

  #claim(member: Member): FamilyNode<IndexedSeries> | undefined {
    const { name, type, help, unit } = member.descriptor;
    const names = sampleNames(name, type);
    if (names.some((sampleName) => this.#sampleNames.has(sampleName))) return undefined;
    for (const sampleName of names) this.#sampleNames.add(sampleName);
    const family = new FamilyNode<IndexedSeries>({ name, type, help, unit }, member);
    this.#families.set(name, family);
    this.#sorted = undefined;
    return family;
  }

  #release({ header: { name, type } }: FamilyNode<IndexedSeries>): void {
    for (const sampleName of sampleNames(name, type)) this.#sampleNames.delete(sampleName);
    this.#families.delete(name);
    this.#sorted = undefined;
  }
}

const nameTaken = reasonBit("sample_name");
const otherType = reasonBit("type");
const otherHelp = reasonBit("description");
const otherUnit = reasonBit("unit");

const addHeader = (family: FamilyNode<IndexedSeries>, member: Member): void => {
  const { help, unit } = member.descriptor;
  if (help !== "") family.helpful += 1;
  if (family.header.help === "" && help !== "") family.header = { ...family.header, help };
  if (help !== "" && help !== family.header.help) member.reasons |= otherHelp;
  if (unit !== family.header.unit) member.reasons |= otherUnit;
};
