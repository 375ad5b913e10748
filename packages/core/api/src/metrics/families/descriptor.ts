import { effectMetricDescription } from "./effect-metrics.ts";
import type { FamilyType } from "./family.ts";
import { familyName, labelName } from "./names.ts";
import { descriptionOf } from "./point.ts";
import type { Key, Kind } from "./point.ts";
import { isUnit, translateUnit } from "./units.ts";
import type { Unit } from "./units.ts";

export interface MetricDefinition {
  /** UCUM. */
  readonly unit: string;
  readonly description: string;
}

export type FindDefinition = (name: string) => MetricDefinition | undefined;

/** What the series of one metric have in common. */
export class Descriptor {
  readonly kind: Kind;
  readonly type: FamilyType;
  /** The family's name. */
  readonly name: string;
  readonly help: string;
  readonly unit: string;
  readonly divisor: number;
  /** Whether the metric's tags may name its unit: nothing else declares one. */
  readonly unitInTags: boolean;
  readonly #labelNames = new Map<string, string>();

  constructor(key: Key, kind: Kind, definition: MetricDefinition | undefined, unit: string) {
    const translated = translateUnit(unit);
    const help = [
      descriptionOf(key),
      definition?.description,
      effectMetricDescription(key.name),
    ].find((text) => text !== undefined && text !== "");
    this.kind = kind;
    this.type = familyTypes[kind];
    this.name = familyName(key.name, this.type, translated, unit === "1");
    this.help = (help ?? "").toWellFormed();
    this.unit = unitSuffix(this.name, translated);
    this.divisor = translated.divisor;
    this.unitInTags = definition === undefined;
  }

  labelName(key: string): string {
    let name = this.#labelNames.get(key);
    if (name === undefined) {
      name = labelName(key, ownLabels[this.kind]);
      this.#labelNames.set(key, name);
    }
    return name;
  }
}

/** The descriptors of all metrics, each made once. */
export class Descriptors {
  readonly #definition: FindDefinition;
  readonly #known = new Map<string, Descriptor>();

  constructor(definition: FindDefinition) {
    this.#definition = definition;
  }

  find(key: Key, kind: Kind): Descriptor {
    const definition = this.#definition(key.name);
    const unit = definition === undefined ? unitOfTags(key) : definition.unit;
    const identity = [kind, key.name, descriptionOf(key), unit].join("\u0000");
    let descriptor = this.#known.get(identity);
    if (descriptor === undefined) {
      descriptor = new Descriptor(key, kind, definition, unit);
      this.#known.set(identity, descriptor);
    }
    return descriptor;
  }
}

/** The label of a frequency's word, as Effect's OTLP exporter names it. */
export const wordLabel = "key";

/** The labels that samples of a kind carry beside the measurement's own. */
export const ownLabels: Readonly<Record<Kind, string | undefined>> = {
  counter: undefined,
  sum: undefined,
  gauge: undefined,
  histogram: "le",
  summary: "quantile",
  frequency: wordLabel,
};

const familyTypes: Readonly<Record<Kind, FamilyType>> = {
  counter: "counter",
  // To Prometheus, what goes down is a gauge.
  sum: "gauge",
  gauge: "gauge",
  histogram: "histogram",
  summary: "summary",
  frequency: "counter",
};

/** Whether a tag names the unit, by Effect's convention: a tag `unit`, or a timer's `time_unit`. */
export const isUnitTag = (key: string, value: string): boolean =>
  (key === "unit" || key === "time_unit") && isUnit(value);

/** The unit that the tags name, `""` for none. */
export const unitOfTags = ({ tags }: Key): string =>
  tags.find(({ key, value }) => isUnitTag(key, value))?.value ?? "";

/** The words of a unit where a name ends in them, as OpenMetrics demands of a family that names its unit; else `""`. */
const unitSuffix = (name: string, { main, per }: Unit): string => {
  const words = per === "" ? main : main === "" ? `per_${per}` : `${main}_per_${per}`;
  return words !== "" && name.endsWith(`_${words}`) ? words : "";
};
