import type { MetricBoundaries } from "effect";
import { toReadUnit } from "../reading/identity.ts";
import type { SavedSeries } from "./recording.ts";

/** Declaration of an instrument, made once at module scope. */
export interface InstrumentOptions<Label extends string> {
  /** OpenTelemetry name: lower case, dots between namespaces, no unit and no `_total`. */
  readonly name: string;
  readonly description: string;
  /** UCUM unit: `s`, `By`, `1`, or an annotation such as `{call}`. */
  readonly unit: string;
  /** The closed list of label keys; a measurement can carry no other. */
  readonly labels: ReadonlyArray<Label>;
  /**
   * The number of label sets beyond which measurements go to the overflow set. A function where it depends on something
   * that grows, such as the number of tools.
   */
  readonly maxLabelSets?: number | (() => number);
}

export interface InstrumentDefinition extends InstrumentOptions<string> {
  readonly type: "counter" | "gauge" | "histogram";
  readonly boundaries?: MetricBoundaries.MetricBoundaries;
}

/** The values of one measurement's labels. `undefined` and `""` both mean that the label is absent. */
export type LabelValues<Label extends string> = {
  readonly [Key in Label]: string | undefined;
};

/** An instrument in the catalogue: its definition, and its label budget for the current organization. */
export interface CatalogueEntry {
  readonly definition: InstrumentDefinition;
  readonly labelSets: () => number;
  readonly maxLabelSets: () => number;
  /** Continues counting from there, on behalf of the current organization. */
  readonly restore: (saved: SavedSeries) => void;
}

const entries = new Map<string, CatalogueEntry>();

/**
 * Adds an instrument under its name. A second instrument of the same name is a programming error and throws: two types under
 * one name cannot be exported (OpenTelemetry metrics data model, "Metric identity"). So is a duration in another unit than
 * seconds: saved totals are in the unit that is read.
 */
export const register = (entry: CatalogueEntry): void => {
  const { name, unit } = entry.definition;
  if (toReadUnit(unit).divisor !== 1) {
    throw new Error(`The metric ${name} records in ${unit}; durations are recorded in seconds.`);
  }
  if (entries.has(name)) {
    throw new Error(
      `The metric ${name} is defined twice; give one of the instruments another name.`,
    );
  }
  entries.set(name, entry);
};

/** The definition of the instrument with this OpenTelemetry name. */
export const findDefinition = (name: string): InstrumentDefinition | undefined =>
  entries.get(name)?.definition;

/** The catalogue's entry for this OpenTelemetry name. */
export const findEntry = (name: string): CatalogueEntry | undefined => entries.get(name);

/** Every instrument that the loaded modules define, in order of definition. */
export const catalogue = (): Iterable<CatalogueEntry> => entries.values();
