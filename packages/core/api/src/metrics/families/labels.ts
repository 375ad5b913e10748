import type { Labels as RecordedLabels } from "@executor/telemetry/reading";
import { reasonBits } from "./conflicts.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Labels } from "./family.ts";

/**
 * The labels of a series by Prometheus name. Keys that have one Prometheus name become one label, their values joined with `;`
 * in the order of the keys (OpenTelemetry's "Prometheus and OpenMetrics Compatibility", "Metric Attributes").
 */
export const toLabels = (recorded: RecordedLabels, descriptor: Descriptor): Labels => {
  const labels: Array<readonly [name: string, value: string]> = [];
  let sorted = true;
  for (const { key, value } of recorded) {
    const name = descriptor.labelName(key);
    for (const [other] of labels) {
      if (other === name) return toJoinedLabels(recorded, descriptor);
      if (other > name) sorted = false;
    }
    labels.push([name, value]);
  }
  return sorted ? labels : labels.toSorted(byName);
};

/** {@link toLabels} for keys of which several have one name. */
const toJoinedLabels = (recorded: RecordedLabels, descriptor: Descriptor): Labels => {
  const labels = new Map<string, string>();
  for (const { key, value } of recorded) {
    const name = descriptor.labelName(key);
    const existing = labels.get(name);
    labels.set(name, existing === undefined ? value : `${existing};${value}`);
  }
  return [...labels].toSorted(byName);
};

/** The repairs that {@link toLabels} makes, as bits of `reasonBits`. */
export const labelRepairs = (recorded: RecordedLabels, descriptor: Descriptor): number => {
  const names = recorded.map(({ key }) => descriptor.labelName(key));
  const joined = new Set(names).size < names.length ? reasonBits("label_name") : 0;
  // Prometheus keeps these for itself.
  const reserved = recorded.some(({ key }) => key.startsWith("__"));
  return joined | (reserved ? reasonBits("reserved_label") : 0);
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
