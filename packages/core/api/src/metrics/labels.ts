import type { ConflictCounter } from "./conflicts.ts";
import type { Labels } from "./family.ts";
import { isReservedLabel, labelName } from "./names.ts";
import type { Point, Tag } from "./point.ts";

/** The label of a frequency's word, as Effect's OTLP exporter names it. */
const wordLabel = "key";

/** The labels that samples of a kind carry beside the measurement's own. */
const ownLabel = {
  counter: undefined,
  gauge: undefined,
  histogram: "le",
  summary: "quantile",
} as const;

/**
 * The labels of a point's series, made of `tags`. An empty value is no label. Keys that have one Prometheus name become one
 * label, its values joined with `;` in the order of the keys (OpenTelemetry's "Prometheus and OpenMetrics Compatibility",
 * "Metric Attributes"). Half a surrogate pair has no UTF-8 and is replaced here, since values that differ only there would
 * become equal on the wire.
 */
export const toLabels = (
  tags: ReadonlyArray<Tag>,
  { type, word }: Point,
  conflicts: ConflictCounter,
): Labels => {
  const labels = new Map<string, string>();
  const own = word === undefined ? ownLabel[type] : wordLabel;
  let joined = false;
  let renamed = false;
  for (const [key, rawValue] of tags.toSorted(byFirst)) {
    if (rawValue === "") continue;
    const name = labelName(key, own);
    const value = rawValue.toWellFormed();
    const existing = labels.get(name);
    labels.set(name, existing === undefined ? value : `${existing};${value}`);
    joined ||= existing !== undefined;
    renamed ||= isReservedLabel(key, own);
  }
  if (joined) conflicts.add("label_name");
  if (renamed) conflicts.add("reserved_label");
  if (word) labels.set(wordLabel, word.toWellFormed());
  return [...labels].toSorted(byFirst);
};

/** A text that is the same for equal labels only, and sorts as the labels do. */
export const labelsIdentity = (labels: Labels): string => {
  let identity = "";
  for (const [name, value] of labels) {
    identity += `${name}\u0000${value.replaceAll("\u0000", "\u0000\u0001")}\u0000\u0000`;
  }
  return identity;
};

const byFirst = (left: Tag, right: Tag): number =>
  left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0;
