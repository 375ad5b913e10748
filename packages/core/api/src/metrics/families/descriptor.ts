import type { Metric, MetricType } from "@executor/telemetry/reading";
import type { FamilyHeader, FamilyType } from "./family.ts";
import { familyName, labelName } from "./names.ts";
import { translateUnit } from "./units.ts";
import type { UnitWords } from "./units.ts";

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
