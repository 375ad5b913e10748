import { attempted, failed, judged, oneOf } from "../promql.ts";
import { hour, minute } from "./alert.ts";
import type { Alert, Alerts, RecordingRule, RuleContext } from "./alert.ts";
import { daemon, testCases, testHistogram, testSeries, type TestSeries } from "./test-cases.ts";

const calls = "executor.tool.calls";
const duration = "executor.tool.call.duration";
const keys = ["job", "executor.source"];

const windows = [
  { name: "5m", seconds: 5 * minute },
  { name: "30m", seconds: 30 * minute },
  { name: "1h", seconds: hour },
  { name: "6h", seconds: 6 * hour },
];

const recorded = (value: string, window: string): string =>
  `job_source:executor_tool_${value}${window}`;

/** Calls that reached a source, and the part of them that failed, over the windows that burn rates need. */
export const toolRecordingRules = (rules: RuleContext): ReadonlyArray<RecordingRule> =>
  windows.flatMap(({ name, seconds }) => {
    const increase = (outcomes: ReadonlyArray<string>) =>
      rules.increase(calls, keys, seconds, { outcome: oneOf(...outcomes) });
    return [
      { record: recorded("calls:increase", name), expression: increase(judged) },
      {
        record: recorded("failures:ratio", name),
        expression: `${increase(failed)}\n/\n${recorded("calls:increase", name)}`,
      },
    ];
  });

const tool = { "mcp.tool.name": "shop.list", "executor.source": "shop" };

const callsThatEnd = (values: string, outcome: string): TestSeries =>
  testSeries(calls, { ...tool, outcome }, values);

const shop = { ...daemon, executor_source: "shop" };

const quietTraffic = "0+0x10 1 2 3 4 5 5+0x400";

const burn = (
  { thresholds: { toolErrorBudget, minimumTraffic } }: RuleContext,
  alert: Pick<Alert, "severity" | "forSeconds" | "tests">,
  { rate, long, short }: { readonly rate: number; readonly long: string; readonly short: string },
): Alert => ({
  ...alert,
  expression: [
    `${recorded("failures:ratio", long)} > ${rate} * ${toolErrorBudget}`,
    `and ${recorded("failures:ratio", short)} > ${rate} * ${toolErrorBudget}`,
    `and ${recorded("calls:increase", long)} >= ${minimumTraffic}`,
  ].join("\n"),
  summary: `Calls of the tools of {{ $labels.executor_source }} fail ${rate} times as often as their error budget allows.`,
  runbook:
    "Look at the errors by type on the dashboard Tools and sources. A status is the upstream's answer: 401 and 403 mean its credentials, 429 its limits, 5xx its own trouble. connection_error and timeout mean the way to it. Blocked and declined calls are not counted.",
});

export const toolAlerts = (rules: RuleContext): Alerts => {
  const { toolP95Seconds, invalidInputRatio } = rules.thresholds;
  const increase = (outcomes: ReadonlyArray<string>) =>
    rules.increase(calls, keys, hour, { outcome: oneOf(...outcomes) });
  return {
    ExecutorToolCallsFailing: burn(
      rules,
      {
        severity: "critical",
        forSeconds: 2 * minute,
        tests: testCases(
          callsThatEnd,
          shop,
          {
            "nine of ten calls fail for an hour": [
              "80m",
              { ok: "0+1x120", upstream_error: "0+9x120" },
            ],
          },
          {
            "one of ten calls fails": ["80m", { ok: "0+9x120", upstream_error: "0+1x120" }],
            "few calls are made, and all fail": ["17m", { ok: "0+0x120", timeout: quietTraffic }],
            "most calls are blocked, declined or not valid": [
              "80m",
              {
                ok: "0+1x120",
                tool_error: "0+0x120",
                blocked: "0+9x120",
                declined: "0+9x120",
                invalid_input: "0+1x120",
              },
            ],
          },
        ),
      },
      { rate: 14.4, long: "1h", short: "5m" },
    ),
    ExecutorToolCallsFailingSlowly: burn(
      rules,
      {
        severity: "warning",
        forSeconds: 15 * minute,
        tests: testCases(
          callsThatEnd,
          shop,
          {
            "four of ten calls fail for six hours": [
              "380m",
              { ok: "0+6x400", tool_error: "0+4x400" },
            ],
          },
          {
            "one of ten calls fails": ["380m", { ok: "0+9x400", tool_error: "0+1x400" }],
            "few calls are made, and all fail": [
              "35m",
              { ok: "0+0x400", tool_error: quietTraffic },
            ],
          },
        ),
      },
      { rate: 6, long: "6h", short: "30m" },
    ),
    ExecutorToolCallsSlow: {
      severity: "warning",
      expression: rules.slow(0.95, duration, keys, 10 * minute, toolP95Seconds),
      forSeconds: 10 * minute,
      summary: "One of twenty calls of {{ $labels.executor_source }} takes very long.",
      runbook:
        "Compare with the time of the requests to the upstream on the dashboard Tools and sources. Where both are long, the upstream is slow; where only the calls are, look at the event loop on Runtime and telemetry. Time that people take is in neither.",
      tests: testCases(
        (values, bound) => testHistogram(duration, tool, Number(bound), values),
        shop,
        { "calls take between 30 and 60 seconds": ["30m", { 60: "0+5x60" }] },
        {
          "calls take up to half a second": ["30m", { 0.5: "0+5x60" }],
          "few calls are made, and all are slow": ["30m", { 60: "0+1x60" }],
        },
      ),
    },
    ExecutorInvalidInput: {
      severity: "info",
      expression: rules.ratio(increase(["invalid_input"]), increase(attempted), invalidInputRatio),
      forSeconds: 15 * minute,
      summary:
        "Agents mostly call {{ $labels.executor_source }} with input that its tools do not take.",
      runbook:
        "Look at an execution's error for what was wrong. Names that do not exist are counted under the source _OTHER. Where the source's description is wrong or has changed, refresh the source; where agents guess, tell them to describe a tool before they call it.",
      tests: testCases(
        callsThatEnd,
        shop,
        {
          "nine of ten calls are not valid": ["100m", { ok: "0+1x120", invalid_input: "0+9x120" }],
        },
        {
          "one of ten calls is not valid": ["100m", { ok: "0+9x120", invalid_input: "0+1x120" }],
          "few calls are made, and none is valid": [
            "40m",
            { ok: "0+0x120", invalid_input: quietTraffic },
          ],
        },
      ),
    },
  };
};
