import { catalogue } from "../labels/label-sets.ts";
import { gauge } from "../instruments/instrument.ts";
import { currentOwner, perOrganization } from "../tenancy/organization.ts";

const currentObservers = perOrganization(() => new Set<() => void>());

/**
 * Registers `observer` to run before every reading, where it sets gauges (an observable instrument's callback, in OpenTelemetry's
 * terms). It must not throw or wait. It belongs to the organization on whose behalf it is registered. Returns a function that
 * removes it.
 */
export const observeBeforeSnapshot = (observer: () => void): (() => void) => {
  const observers = currentObservers();
  observers.add(observer);
  return () => {
    observers.delete(observer);
  };
};

/** Brings observed gauges up to date, for the current organization. */
export const observe = (): void => {
  for (const observer of currentObservers()) observer();
  observeLabelBudgets();
};

const series = gauge({
  name: "executor.metrics.series",
  description: "Label sets that a metric holds.",
  unit: "{series}",
  labels: ["metric"],
});

const seriesLimit = gauge({
  name: "executor.metrics.series.limit",
  description: "Label sets that a metric may hold before further ones share its overflow series.",
  unit: "{series}",
  labels: ["metric"],
});

const budget = gauge({
  name: "executor.metrics.budget",
  description:
    "Label sets that all metrics together may hold, those about metrics apart; absent where there is no such limit.",
  unit: "{series}",
  labels: [],
});

/** Brings `executor.metrics.series` and the limits up to date, for every instrument in the catalogue. */
const observeLabelBudgets = (): void => {
  const { maxSeries } = currentOwner();
  if (Number.isFinite(maxSeries)) budget.set(maxSeries, {});
  else budget.remove({});
  for (const { definition, labelSets, maxLabelSets } of catalogue()) {
    const labels = { metric: definition.name };
    seriesLimit.set(maxLabelSets(), labels);
    series.set(labelSets(), labels);
  }
};
