import { findDefinition } from "@executor/telemetry";
import type { MetricPair } from "effect";
import { ConflictCounter } from "./conflicts.ts";
import type { Conflicts } from "./conflicts.ts";
import { effectMetricDescription } from "./effect-metrics.ts";
import type { Family } from "./family.ts";
import { FamilyBuilders } from "./family-builders.ts";
import { toLabels } from "./labels.ts";
import { familyName } from "./names.ts";
import { readPair } from "./point.ts";
import type { Point, Tag } from "./point.ts";
import { toSeries } from "./series.ts";
import { isUnit, translateUnit } from "./units.ts";
import type { Unit } from "./units.ts";

export interface FamiliesOptions {
  /** What a metric of this name declares; the catalogue's own definitions unless given. */
  readonly definition?: (name: string) => MetricDefinition | undefined;
}

export interface MetricDefinition {
  /** UCUM. */
  readonly unit: string;
  readonly description: string;
}

export interface Families {
  /** Sorted by name. */
  readonly families: ReadonlyArray<Family>;
  readonly conflicts: Conflicts;
}

/**
 * Makes Prometheus families of a snapshot. Names, units and labels are translated by OpenTelemetry's rules, durations
 * scaled to seconds. Whatever cannot be written as it is, is repaired or left out and counted under its reason (see
 * `conflictReasons`), so that one bad metric never costs the others; of two that exclude each other, the one recorded first
 * stays.
 */
export const toFamilies = (
  pairs: Iterable<MetricPair.MetricPair.Untyped>,
  { definition = findDefinition }: FamiliesOptions = {},
): Families => {
  const conflicts = new ConflictCounter();
  const builders = new FamilyBuilders(conflicts);
  for (const pair of pairs) {
    for (const point of readPair(pair))
      addPoint(point, definition(point.name), builders, conflicts);
  }
  return { families: builders.build(), conflicts: conflicts.counts };
};

const addPoint = (
  point: Point,
  definition: MetricDefinition | undefined,
  builders: FamilyBuilders,
  conflicts: ConflictCounter,
): void => {
  const { unit, tags } =
    definition === undefined
      ? unitFromTags(point.tags)
      : { unit: definition.unit, tags: point.tags };
  const translated = translateUnit(unit);
  const help = [
    point.description,
    definition?.description,
    effectMetricDescription(point.name),
  ].find((text) => text !== undefined && text !== "");
  const name = familyName(point.name, point.type, translated, unit === "1");
  const family = builders.find(point.type, {
    name,
    help: (help ?? "").toWellFormed(),
    unit: unitSuffix(name, translated),
  });
  if (family === undefined) return;
  const labels = toLabels(tags, point, conflicts);
  builders.add(family, toSeries(point, labels, translated.divisor, conflicts));
};

/** The words of a unit where a name ends in them, as OpenMetrics demands of a family that names its unit; else `""`. */
const unitSuffix = (name: string, { main, per }: Unit): string => {
  const words = per === "" ? main : main === "" ? `per_${per}` : `${main}_per_${per}`;
  return words !== "" && name.endsWith(`_${words}`) ? words : "";
};

/** Where no definition gives a unit, Effect's convention does: a tag `unit`, or a timer's `time_unit`. */
const unitFromTags = (
  tags: ReadonlyArray<Tag>,
): { readonly unit: string; readonly tags: ReadonlyArray<Tag> } => {
  const isUnitTag = ([key, value]: Tag): boolean =>
    (key === "unit" || key === "time_unit") && isUnit(value);
  const tag = tags.find(isUnitTag);
  return tag === undefined
    ? { unit: "", tags }
    : { unit: tag[1], tags: tags.filter((other) => !isUnitTag(other)) };
};
