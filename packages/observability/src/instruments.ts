/* oxlint-disable import/no-unassigned-import -- each of these defines its instruments when it is loaded; together they are all that the daemon records */
import "@executor/api";
import "@executor/execution";
import "@executor/host-mcp";
import "@executor/otlp/logs-metrics";
import "@executor/otlp/metrics";
import "@executor/otlp/traces-metrics";
import "@executor/plugin-mcp";
import "@executor/sdk";
/* oxlint-enable import/no-unassigned-import */
import { familyName, labelName, translateUnit } from "@executor/api/prometheus-names";
import { catalogue, type InstrumentDefinition } from "@executor/telemetry";

/** An instrument of the catalogue with its names in Prometheus. */
export interface Instrument {
  readonly definition: InstrumentDefinition;
  /** Label sets that it may hold before any source is added. */
  readonly budget: number;
  /** The family's name; for a counter with `_total`, the name of its samples. */
  readonly prometheusName: string;
  /** Prometheus's name of each label, by OpenTelemetry's. */
  readonly prometheusLabels: ReadonlyMap<string, string>;
}

const sampleName = ({ name, type, unit }: InstrumentDefinition): string => {
  const family = familyName(name, type, translateUnit(unit), unit === "1");
  return type === "counter" ? `${family}_total` : family;
};

/** Every instrument that the daemon defines, by name. */
export const instruments: ReadonlyArray<Instrument> = [...catalogue()]
  .map(({ definition, maxLabelSets }) => ({
    definition,
    budget: maxLabelSets(),
    prometheusName: sampleName(definition),
    prometheusLabels: new Map(definition.labels.map((key) => [key, labelName(key)])),
  }))
  .toSorted((left, right) => (left.definition.name < right.definition.name ? -1 : 1));

const byName = new Map(instruments.map((known) => [known.definition.name, known]));

/** The instrument with this OpenTelemetry name. Throws where the code defines none, so that no file can name it. */
export const instrument = (name: string): Instrument => {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`No instrument is called ${name}.`);
  return found;
};

/** Prometheus's name of an instrument's label. Throws where the instrument has no such label. */
export const labelOf = (name: string, key: string): string => {
  const found = instrument(name).prometheusLabels.get(key);
  if (found === undefined) throw new Error(`${name} has no label ${key}.`);
  return found;
};
