import { callsThatEnd } from "./burn-rules.ts";
import { targetSeries, watched } from "./test-cases.ts";

/** What agents and a source do, and each alert that fires then; no other one may. */
interface Scenario {
  readonly calls: Readonly<Record<string, string>>;
  readonly firing: Readonly<Record<string, ReadonlyArray<string>>>;
}

/** Counts of one call each `minutes`, after `healthy` calls. */
const slowly = (minutes: number, calls: number, healthy = 0): string =>
  Array.from({ length: calls + 1 }, (_, count) => `${healthy + count}+0x${minutes - 1}`).join(" ");

/** A healthy day of so many calls an hour, and no further one that works. */
const healthyDay = (perHour: number): string =>
  `${slowly(60 / perHour, 24 * perHour)} ${24 * perHour}+0x2000`;

const afterADay = (perHour: number, hours: number): string =>
  `0+0x${24 * 60} ${slowly(60 / perHour, hours * perHour)}`;

const burning = ["ExecutorErrorBudgetBurning", "ExecutorErrorBudgetBurningSlowly"];

const situations: Readonly<Record<string, Scenario>> = {
  "nobody calls": { calls: {}, firing: { "12h": [] } },
  "a quarter fails for two days after a healthy one, at 100 calls an hour": {
    calls: {
      ok: `0+${100 / 60}x1440 2400+1.25x2900`,
      upstream_error: `0+0x1440 0+${25 / 60}x2900`,
    },
    firing: { "28h": [], "72h": burning },
  },
  "all fail after a healthy day, at 15 an hour": {
    calls: { ok: healthyDay(15), upstream_error: afterADay(15, 8) },
    firing: {
      "23h": [],
      "26h20m": ["ExecutorToolCallsFailingSlowly"],
      "31h": [...burning, "ExecutorSourceFailing", "ExecutorToolCallsFailingSlowly"],
    },
  },
  "all fail from the first, at 15 an hour": {
    calls: { timeout: slowly(4, 60) },
    firing: {
      "1h": ["ExecutorSourceFailing"],
      "4h": [
        "ExecutorErrorBudgetBurning",
        "ExecutorSourceFailing",
        "ExecutorToolCallsFailingSlowly",
      ],
    },
  },
  "all fail after a healthy day, at 3 an hour": {
    calls: { ok: healthyDay(3), upstream_error: afterADay(3, 8) },
    firing: { "23h": [], "31h": [...burning, "ExecutorSourceFailing"] },
  },
  "all fail from the first, at 3 an hour": {
    calls: { upstream_error: slowly(20, 20) },
    firing: { "2h": ["ExecutorSourceFailing"] },
  },
  "the first calls are 30 failures between two scrapes": {
    calls: { upstream_error: "_x20 30+0x100" },
    firing: { "30m": ["ExecutorSourceFailing", "ExecutorToolCallsFailing"] },
  },
  "half of the calls are given up": {
    calls: { ok: "0+1x400", cancelled: "0+1x400" },
    firing: { "6h": [] },
  },
  "one of two calls fails": {
    calls: { ok: "_x10 1+0x400", upstream_error: "_x30 1+0x400" },
    firing: { "1h": [], "6h": [] },
  },
};

const up = targetSeries("up", "1+0x5000");

const labelsOf = (alert: string): string => `{alertname="${alert}", executor_source="shop"}`;

/** Whole situations in promtool's notation: which alerts of all the rules fire, at several times. */
export const scenarios = Object.entries(situations).map(([name, { calls, firing }]) => ({
  name: `all alerts: ${name}`,
  interval: "1m",
  input_series: [
    ...watched([]),
    up,
    ...Object.entries(calls).map(([outcome, values]) => callsThatEnd(values, outcome)),
  ],
  promql_expr_test: Object.entries(firing).map(([at, alerts]) => ({
    expr: 'group by (alertname, executor_source) (ALERTS{alertstate="firing"})',
    eval_time: at,
    exp_samples: alerts.map((alert) => ({ labels: labelsOf(alert), value: 1 })),
  })),
}));
