import type { InstrumentDefinition } from "./definition.ts";
import type { SavedSeries } from "../tenancy/saved-series.ts";

/** What the catalogue knows of an instrument: its definition, and how full its label budget is for the current organization. */
export interface CatalogueEntry {
  readonly definition: InstrumentDefinition;
  readonly labelSets: () => number;
  readonly maxLabelSets: () => number;
  /** Goes on counting from there, on behalf of the current organization. */
  readonly restore: (saved: SavedSeries) => void;
}

const entries = new Map<string, CatalogueEntry>();

/**
 * Adds an instrument under its name. A second instrument of the same name is a programming error and throws:
 * two types under one name cannot be exported (OpenTelemetry metrics data model, "Metric identity").
 */
export const register = (entry: CatalogueEntry): void => {
  const { name } = entry.definition;
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
