import { sourceLevel } from "../rules/objective-rules.ts";
import type { Settings } from "../settings.ts";
import { alerting, limited } from "./alerting.ts";
import { dashboard } from "./dashboard.ts";
import { lines, number, spanning, table } from "./panels.ts";
import { query } from "./queries.ts";

const where = '{job=~"$job",executor_source=~"$source"}';
const bySource = "{{executor_source}}";

/** What is left of error budgets, and how fast they are spent, from the series that the rules record. */
export const objectives = (settings: Settings): string => {
  const { recorded, objective, budgetRemaining } = sourceLevel(settings.objectives);
  const remaining = `${budgetRemaining}${where}`;
  const burnRate = (window: "1h" | "6h" | "1d" | "3d"): string =>
    `${recorded("failures:ratio", window)}${where} / (1 - ${objective}${where})`;
  const burning = (window: "1h" | "6h" | "1d" | "3d", rate: number, alert: string) =>
    spanning(
      12,
      alerting(
        settings,
        alert,
        limited(
          { red: rate },
          lines.count(
            `How many times as fast as the budget lasts for 30 days it was spent in the last ${window}; told from ${rate} on.`,
            query(burnRate(window), bySource),
          ),
        ),
      ),
    );
  return dashboard({
    uid: "executor-objectives",
    title: "Executor / Objectives",
    description: "What is left of the sources' error budgets, and how fast they are spent.",
    bySource: true,
    rows: {
      Now: {
        "Least budget": spanning(
          8,
          limited(
            { red: 0, yellow: 0.25, low: true },
            number.part(
              "What remains of 30 days' error budget where the least does; below 0 the objective is missed.",
              query(`min(${remaining})`, "remaining"),
            ),
          ),
        ),
        "Objectives missed": spanning(
          8,
          limited(
            { red: 1 },
            number.count(
              "Sources of which more calls failed in 30 days than may.",
              query(`count(${remaining} < 0) or vector(0)`, "sources"),
            ),
          ),
        ),
        "Alerts that fire": spanning(
          8,
          limited(
            { red: 1 },
            number.count(
              "Of all of Executor's rules.",
              query(
                'count(ALERTS{alertstate="firing",alertname=~"Executor.*",job=~"$job"}) or vector(0)',
                "alerts",
              ),
            ),
          ),
        ),
      },
      Budgets: {
        "Budget remaining": limited(
          { red: 0, yellow: 0.25, low: true },
          lines.part(
            "1 where nothing failed in 30 days, 0 where as many did as may.",
            query(remaining, bySource),
          ),
        ),
        Objectives: table.part(
          "The part of the calls over 30 days that shall not fail.",
          query(`${objective}${where}`),
        ),
        "Calls that fail": lines.part(
          "Of those that count, in the last hour.",
          query(`${recorded("failures:ratio", "1h")}${where}`, bySource),
        ),
      },
      "Burn rates": {
        "Over an hour": burning("1h", 14.4, "ExecutorToolCallsFailing"),
        "Over six hours": burning("6h", 6, "ExecutorToolCallsFailingSlowly"),
        "Over a day": burning("1d", 3, "ExecutorErrorBudgetBurning"),
        "Over three days": burning("3d", 1, "ExecutorErrorBudgetBurningSlowly"),
      },
    },
  });
};
