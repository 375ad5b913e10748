import { failed, judged, type Match, oneOf, type Where } from "../promql.ts";
import type { Objectives } from "../settings.ts";
import { day, hour, minute, type RecordingRule, type RuleContext } from "./alert.ts";

/** Windows of the objectives' rules, by their names in the names of recorded series. */
const windows = {
  "5m": 5 * minute,
  "30m": 30 * minute,
  "1h": hour,
  "2h": 2 * hour,
  "6h": 6 * hour,
  "1d": day,
  "3d": 3 * day,
  "30d": 30 * day,
};

export type WindowName = keyof typeof windows;

/** Seconds of a window. */
export const secondsOf = (window: WindowName): number => windows[window];

/** What has an objective: all calls of a source's tools, or those of one tool. */
export interface Level {
  /** The counter of its calls, by outcome. */
  readonly calls: "executor.source.calls" | "executor.tool.calls";
  readonly keys: ReadonlyArray<string>;
  readonly where: Where;
  /** The objectives that differ from the default, by the value of the last key. */
  readonly objectives: Readonly<Record<string, number>>;
  /** Name of a recorded series, such as `job_source:executor_tool_failures:ratio1h`. */
  readonly recorded: (
    value: "calls:increase" | "failures:increase" | "failures:ratio",
    window: WindowName,
  ) => string;
  readonly objective: string;
  readonly budgetRemaining: string;
}

const level = (
  name: "source" | "tool",
  keys: ReadonlyArray<string>,
  objectives: Readonly<Record<string, number>>,
  where: Where,
): Level => ({
  calls: `executor.${name}.calls`,
  keys: ["job", ...keys],
  where,
  objectives,
  recorded: (value, window) => `job_${name}:executor_tool_${value}${window}`,
  objective: `job_${name}:executor_tool_calls:objective`,
  budgetRemaining: `job_${name}:executor_tool_calls:error_budget_remaining30d`,
});

/** The level of whole sources. */
export const sourceLevel = ({ sources }: Objectives): Level =>
  level("source", ["executor.source"], sources, {});

/** Every source has an objective; a tool has one of its own where the operator sets it. */
export const levels = (objectives: Objectives): ReadonlyArray<Level> => {
  const { tools } = objectives;
  const named = Object.keys(tools);
  const bySource = sourceLevel(objectives);
  return named.length === 0
    ? [bySource]
    : [
        bySource,
        level("tool", ["executor.source", "mcp.tool.name"], tools, {
          "mcp.tool.name": exactly(named),
        }),
      ];
};

/** Names stand in a regular expression, where a dot would be any character. */
const exactly = (names: ReadonlyArray<string>): Match =>
  oneOf(...names.map((name) => name.replaceAll(".", "[.]")));

/**
 * For each level and window the calls, the failures and the ratio of the two, then the objectives and what is left of the error
 * budget. All are made of counters. Windows of a day and more add up the hours that were recorded, since a server would have to read
 * a month of every tool's samples otherwise; they lag by up to an hour.
 */
export const objectiveRules = (
  rules: RuleContext,
  objectives: Objectives,
): ReadonlyArray<RecordingRule> =>
  levels(objectives).flatMap((of) => [
    ...Object.keys(windows)
      .filter((name): name is WindowName => name in windows)
      .flatMap((window) => windowRules(rules, of, window)),
    { record: of.objective, expression: objectiveOf(rules, of, objectives.default) },
    {
      record: of.budgetRemaining,
      expression: `1 - ${of.recorded("failures:ratio", "30d")} / (1 - ${of.objective})`,
    },
  ]);

const windowRules = (
  rules: RuleContext,
  { calls, keys, where, recorded }: Level,
  window: WindowName,
): ReadonlyArray<RecordingRule> => {
  const seconds = windows[window];
  const increase = (value: "calls:increase" | "failures:increase", outcomes: typeof failed) => {
    const hourly = recorded(value, "1h");
    return seconds < day
      ? rules.grown(calls, keys, seconds, { ...where, outcome: oneOf(...outcomes) })
      : `sum_over_time(${hourly}[${rules.window(seconds)}:${rules.window(hour)}])\nor ${hourly}`;
  };
  const all = recorded("calls:increase", window);
  const bad = recorded("failures:increase", window);
  return [
    { record: all, expression: increase("calls:increase", judged) },
    { record: bad, expression: `${increase("failures:increase", failed)}\nor 0 * ${all}` },
    { record: recorded("failures:ratio", window), expression: `${bad} / (${all} > 0)` },
  ];
};

const objectiveOf = (
  { promql }: RuleContext,
  { calls, keys, objectives, recorded }: Level,
  fallback: number,
): string => {
  const labels = promql.labels(calls, keys);
  const there = recorded("calls:increase", "6h");
  const constant = (value: number, braces: string): string =>
    `${value} * group by (${labels.join(", ")}) (${there}${braces})`;
  return [
    ...Object.entries(objectives).map(([name, value]) =>
      constant(value, `{${labels.at(-1)}=${JSON.stringify(name)}}`),
    ),
    constant(fallback, ""),
  ].join("\nor ");
};
