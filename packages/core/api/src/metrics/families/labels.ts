import { reasonBit } from "./conflicts.ts";
import { isUnitTag, ownLabels, wordLabel } from "./descriptor.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Labels } from "./family.ts";
import { isReservedLabel } from "./names.ts";
import type { Key } from "./point.ts";

/**
 * The labels of a series. An empty value is no label. Keys that have one Prometheus name become one label, its values joined
 * with `;` in the order of the keys (OpenTelemetry's "Prometheus and OpenMetrics Compatibility", "Metric Attributes"). Half a
 * surrogate pair has no UTF-8 and is replaced here, since values that differ only there would become equal on the wire.
 */
export const toLabels = ({ tags }: Key, descriptor: Descriptor, word: string): Labels => {
  const labels: Array<readonly [name: string, value: string]> = [];
  let sorted = true;
  let previousKey = "";
  for (const { key, value } of tags) {
    if (key < previousKey) return toJoinedLabels(tags, descriptor, word);
    previousKey = key;
    if (value === "" || (descriptor.unitInTags && isUnitTag(key, value))) continue;
    const name = descriptor.labelName(key);
    for (const [other] of labels) {
      if (other === name) return toJoinedLabels(tags, descriptor, word);
      if (other > name) sorted = false;
    }
    labels.push([name, value.toWellFormed()]);
  }
  if (word !== "") {
    labels.push([wordLabel, word.toWellFormed()]);
    sorted = false;
  }
  return sorted ? labels : labels.toSorted(byName);
};

/** {@link toLabels} for keys in any order, some of which may have one name. */
const toJoinedLabels = (tags: Key["tags"], descriptor: Descriptor, word: string): Labels => {
  const labels = new Map<string, string>();
  for (const { key, value } of tags.toSorted(byKey)) {
    if (value === "" || (descriptor.unitInTags && isUnitTag(key, value))) continue;
    const name = descriptor.labelName(key);
    const existing = labels.get(name);
    const wellFormed = value.toWellFormed();
    labels.set(name, existing === undefined ? wellFormed : `${existing};${wellFormed}`);
  }
  if (word !== "") labels.set(wordLabel, word.toWellFormed());
  return [...labels].toSorted(byName);
};

const joinedLabel = reasonBit("label_name");
const reservedLabel = reasonBit("reserved_label");

/** What was repaired in the labels of a series, as bits of {@link reasonBit}. */
export const labelRepairs = ({ tags }: Key, descriptor: Descriptor): number => {
  const own = ownLabels[descriptor.kind];
  const names: Array<string> = [];
  let repairs = 0;
  for (const { key, value } of tags) {
    if (value === "" || (descriptor.unitInTags && isUnitTag(key, value))) continue;
    const name = descriptor.labelName(key);
    if (names.includes(name)) repairs |= joinedLabel;
    if (isReservedLabel(key, own)) repairs |= reservedLabel;
    names.push(name);
  }
  return repairs;
};

/** A text that is the same for equal labels only, and sorts as the labels do. */
export const labelsIdentity = (labels: Labels): string => {
  let identity = "";
  for (const [name, value] of labels) {
    const escaped = value.includes("\u0000") ? value.replaceAll("\u0000", "\u0000\u0001") : value;
    identity += `${name}\u0000${escaped}\u0000\u0000`;
  }
  return identity;
};

const byName = (left: readonly [string, string], right: readonly [string, string]): number =>
  left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0;

const byKey = (left: { readonly key: string }, right: { readonly key: string }): number =>
  left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
