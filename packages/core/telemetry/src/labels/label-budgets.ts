import { limitProcessSeries } from "../tenancy/organization.ts";

/** Label sets that metrics may hold before further ones share their metric's overflow series. */
export interface LabelBudgets {
  /** All metrics of the process together, those about metrics themselves apart. */
  readonly total: number;
  /** By OpenTelemetry name, in place of what the instrument declares. */
  readonly perMetric: ReadonlyMap<string, number>;
}

let perMetric: ReadonlyMap<string, number> = new Map();

/** Sets the budgets from here on. Series that are there already stay. An organization's total is its own, see `organizationMetrics`. */
export const limitLabelSets = (budgets: LabelBudgets): void => {
  perMetric = budgets.perMetric;
  limitProcessSeries(budgets.total);
};

/** The budget that an operator chose for this metric. */
export const chosenBudget = (name: string): number | undefined => perMetric.get(name);
