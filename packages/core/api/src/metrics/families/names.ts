import { type FamilyHeader, type FamilyType, type Labels, reasonBits } from "./family.ts";
import { unitWords } from "@executor/telemetry/reading";
import type { Labels as RecordedLabels, Metric, MetricType } from "@executor/telemetry/reading";

/**
 * The Prometheus name of a metric, without the `_total` that samples of counters end in: OpenTelemetry's "Prometheus and
 * OpenMetrics Compatibility", as Prometheus's own OTLP receiver applies it. Every rune that is not a letter, a digit or a
 * colon separates words; the unit follows unless the name has it; a dimensionless gauge, whose unit is `1`, ends in `ratio`.
 */
export const familyName = (
  name: string,
  type: FamilyType,
  { main, per }: UnitWords,
  dimensionless: boolean,
): string => {
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== "");
  if (type === "counter") tokens = tokens.filter((token) => token !== "total");
  if (main !== "" && !tokens.includes(main)) tokens.push(main);
  if (per !== "" && !tokens.includes(per)) tokens.push("per", per);
  if (type === "gauge" && dimensionless) {
    tokens = [...tokens.filter((token) => token !== "ratio"), "ratio"];
  }
  const joined = tokens.join("_");
  return joined === "" || /^[0-9]/.test(joined) ? `_${joined}` : joined;
};

/**
 * The Prometheus name of a label key. Runs of illegal runes and underscores become one underscore; a leading digit or
 * underscore gets `key` before it, as Prometheus does, which also keeps the reserved `__` names free.
 */
export const labelName = (key: string): string => {
  const name = key.replace(/[^a-zA-Z0-9]+/g, "_");
  if (name === "" || /^[0-9]/.test(name)) return `key_${name}`;
  return name.startsWith("_") ? `key${name}` : name;
};

/** A unit in the words that Prometheus names end in, `""` for none. */
export interface UnitWords {
  /** Such as `seconds`, `bytes`. */
  readonly main: string;
  /** The word after `per_`, such as `second`. */
  readonly per: string;
}

const times = { s: "second", m: "minute", h: "hour", d: "day", w: "week", mo: "month", y: "year" };
const perWords = new Map(Object.entries(times));

/** Translates a UCUM unit, or a unit already in words. Annotations in braces are no unit. */
export const translateUnit = (unit: string): UnitWords => {
  const [main = "", per = ""] = unit.split("/", 2).map((part) => part.trim());
  return { main: toWord(main, unitWords), per: toWord(per, perWords) };
};

const toWord = (part: string, table: ReadonlyMap<string, string>): string =>
  /[{}]/.test(part)
    ? ""
    : (table.get(part) ?? part.replace(/[^a-zA-Z0-9]+/g, "_").replace(/^_|_$/g, ""));

/** A metric in Prometheus's terms: the header of its family, and the names of its labels. */
export class Descriptor implements FamilyHeader {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  readonly unit: string;
  readonly #labelNames = new Map<string, string>();

  constructor({ name, description, unit, type }: Metric) {
    const words = translateUnit(unit);
    const help = description === "" ? (effectMetrics.get(name) ?? "") : description;
    this.type = familyTypes[type];
    this.name = familyName(name, this.type, words, unit === "1");
    this.help = help.toWellFormed();
    this.unit = unitSuffix(this.name, words);
  }

  labelName(key: string): string {
    let name = this.#labelNames.get(key);
    if (name === undefined) {
      name = labelName(key);
      this.#labelNames.set(key, name);
    }
    return name;
  }
}

const familyTypes: Readonly<Record<MetricType, FamilyType>> = {
  counter: "counter",
  // To Prometheus, a number that goes down is a gauge.
  sum: "gauge",
  gauge: "gauge",
  histogram: "histogram",
  summary: "summary",
};

/** Help texts of Effect's own runtime metrics, which have no description. */
const effectMetrics = new Map(
  Object.entries({
    effect_fiber_started: "Fibers that were started.",
    effect_fiber_active: "Fibers that are running or waiting.",
    effect_fiber_successes: "Fibers that ended with a value.",
    effect_fiber_failures: "Fibers that ended with an error, a defect or an interruption.",
    effect_fiber_lifetimes: "Time from the start of a fiber to its end.",
  }),
);

/** The words of a unit where a name ends in them, as OpenMetrics demands of a family that names its unit; else `""`. */
const unitSuffix = (name: string, { main, per }: UnitWords): string => {
  const words = per === "" ? main : main === "" ? `per_${per}` : `${main}_per_${per}`;
  return words !== "" && name.endsWith(`_${words}`) ? words : "";
};

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

const byName = (left: readonly [string, string], right: readonly [string, string]): number =>
  left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0;
