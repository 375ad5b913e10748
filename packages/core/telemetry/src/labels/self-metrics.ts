import { catalogue } from "../instruments/catalogue.ts";
import { gauge } from "../instruments/instrument.ts";
import { currentOwner } from "../tenancy/organization.ts";

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
export const observeLabelBudgets = (): void => {
  const { maxSeries } = currentOwner();
  if (Number.isFinite(maxSeries)) budget.set(maxSeries, {});
  else budget.remove({});
  for (const { definition, labelSets, maxLabelSets } of catalogue()) {
    const labels = { metric: definition.name };
    seriesLimit.set(maxLabelSets(), labels);
    series.set(labelSets(), labels);
  }
};
