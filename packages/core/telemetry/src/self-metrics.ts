import { catalogue } from "./catalogue.ts";
import { gauge } from "./instrument.ts";

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

/** Brings `executor.metrics.series` and its limit up to date, for every instrument in the catalogue. */
export const observeLabelBudgets = (): void => {
  for (const { definition, labelSets, maxLabelSets } of catalogue()) {
    const labels = { metric: definition.name };
    seriesLimit.set(maxLabelSets(), labels);
    series.set(labelSets(), labels);
  }
};
