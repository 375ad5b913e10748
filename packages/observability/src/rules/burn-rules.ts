import type { Objectives } from "../settings.ts";
import { type Alert, type Alerts, hour, minute, type RuleContext } from "./alert.ts";
import { type Level, levels, secondsOf, type WindowName } from "./objective-rules.ts";
import { daemon, testCases, testSeries, type TestSeries } from "./test-cases.ts";

export const callsThatEnd = (values: string, outcome: string): TestSeries =>
  testSeries("executor.source.calls", { "executor.source": "shop", outcome }, values);

/** Labels of an alert about the source that the tests have. */
export const shop = { ...daemon, executor_source: "shop" };

/** Five calls within five minutes, and none before or after. */
export const quietTraffic = "0+0x10 1 2 3 4 5 5+0x400";

const whatFails =
  "{{ $labels.executor_source }}{{ with $labels.mcp_tool_name }} ({{ . }}){{ end }}";

const advice =
  "Look at the errors by type on the dashboard Tools and sources. A status is the upstream's answer: 401 and 403 mean its credentials, 429 its limits, 5xx its own trouble. connection_error and timeout mean the way to it. Calls that were blocked, declined or given up, and inputs that were not valid, are not counted.";

interface Burn {
  /** How many times as fast as the budget lasts for 30 days it is spent. */
  readonly rate: number;
  readonly long: WindowName;
  readonly short: WindowName;
}

/**
 * A burn rate over two windows, after the SRE workbook's "Alerting on SLOs": the long one says that it matters, the short one that it
 * still goes on. Where nobody called in the short one, nothing says that it ended.
 */
const burns =
  ({ rate, long, short }: Burn, minimumTraffic: number) =>
  (of: Level): string => {
    const { recorded, objective } = of;
    const spent = (window: WindowName): string =>
      `${recorded("failures:ratio", window)} > ${rate} * (1 - ${objective})`;
    return [
      spent(long),
      `and ${recorded("calls:increase", long)} >= ${minimumTraffic}`,
      `and (${spent(short)} or ${recorded("calls:increase", short)} == 0)`,
    ].join("\n");
  };

export const burnAlerts = (rules: RuleContext, objectives: Objectives): Alerts => {
  const { minimumTraffic, failingCalls } = rules.thresholds;
  const each = (expression: (of: Level) => string): string =>
    levels(objectives).map(expression).join("\nor\n");
  const burn = (
    options: Burn & Pick<Alert, "severity" | "forSeconds">,
    tests: Alert["tests"],
  ): Alert => ({
    severity: options.severity,
    ...(options.forSeconds === undefined ? {} : { forSeconds: options.forSeconds }),
    expression: each(burns(options, minimumTraffic)),
    summary: `Calls of ${whatFails} fail ${options.rate} times as often as their error budget allows.`,
    description: `In the last ${rules.window(secondsOf(options.long))}, {{ $value | humanizePercentage }} of them failed.`,
    runbook: advice,
    tests,
  });
  // A rate is not whole where scrapes are uneven: the limit lies between two numbers of calls.
  const allFail = (window: WindowName) => (of: Level) =>
    `${of.recorded("failures:increase", window)} > ${failingCalls - 0.5} and ${of.recorded("failures:ratio", window)} > 0.999`;
  return {
    ExecutorToolCallsFailing: burn(
      { severity: "critical", forSeconds: 2 * minute, rate: 14.4, long: "1h", short: "5m" },
      testCases(
        callsThatEnd,
        shop,
        {
          "nine of ten calls fail for an hour": [
            "80m",
            { ok: "0+1x120", upstream_error: "0+9x120" },
            "90%",
          ],
        },
        {
          "one of ten calls fails": ["80m", { ok: "0+9x120", upstream_error: "0+1x120" }],
          "few calls are made, and all fail": ["17m", { ok: "0+0x120", timeout: quietTraffic }],
          "most calls are blocked, declined, given up or not valid": [
            "80m",
            {
              ok: "0+1x120",
              tool_error: "0+0x120",
              blocked: "0+9x120",
              declined: "0+9x120",
              cancelled: "0+9x120",
              invalid_input: "0+9x120",
            },
          ],
        },
      ),
    ),
    ExecutorToolCallsFailingSlowly: burn(
      { severity: "critical", forSeconds: 15 * minute, rate: 6, long: "6h", short: "30m" },
      testCases(
        callsThatEnd,
        shop,
        {
          "four of ten calls fail for six hours": [
            "7h",
            { ok: "0+6x500", tool_error: "0+4x500" },
            "40%",
          ],
        },
        {
          "one of ten calls fails": ["7h", { ok: "0+9x500", tool_error: "0+1x500" }],
          "few calls are made, and all fail": ["35m", { ok: "0+0x400", tool_error: quietTraffic }],
        },
      ),
    ),
    ExecutorErrorBudgetBurning: burn(
      { severity: "warning", forSeconds: hour, rate: 3, long: "1d", short: "2h" },
      testCases(
        callsThatEnd,
        shop,
        {
          "a quarter of the calls fails for hours": [
            "4h",
            { ok: "0+3x400", upstream_error: "0+1x400" },
            "25%",
          ],
        },
        {
          "one of ten calls fails": ["4h", { ok: "0+9x400", upstream_error: "0+1x400" }],
          "few calls are made, and all fail": ["3h", { ok: "0+0x400", tool_error: quietTraffic }],
        },
      ),
    ),
    ExecutorErrorBudgetBurningSlowly: burn(
      { severity: "warning", forSeconds: 3 * hour, rate: 1, long: "3d", short: "6h" },
      testCases(
        callsThatEnd,
        shop,
        {
          "one of ten calls fails for hours": [
            "5h",
            { ok: "0+9x400", tool_error: "0+1x400" },
            "10%",
          ],
        },
        {
          "one of fifty calls fails": ["5h", { ok: "0+49x400", tool_error: "0+1x400" }],
          "few calls are made, and all fail": ["6h", { ok: "0+0x400", tool_error: quietTraffic }],
        },
      ),
    ),
    ExecutorSourceFailing: {
      severity: "warning",
      forSeconds: 5 * minute,
      expression: each((of) => `${allFail("6h")(of)}\nor ${allFail("3d")(of)}`),
      summary: `Every call of ${whatFails} fails.`,
      description: `None of the last {{ $value | printf "%.0f" }} calls worked.`,
      runbook: advice,
      tests: testCases(
        callsThatEnd,
        shop,
        {
          "its first three calls fail within an hour": [
            "70m",
            { timeout: "_x10 1+0x20 2+0x20 3+0x20" },
            "3",
          ],
          "one call a day fails": [
            "60h",
            { upstream_error: "_x10 1+0x1440 2+0x1440 3+0x800" },
            "3",
          ],
        },
        {
          "one of its calls worked": ["70m", { ok: "_x10 1+0x80", timeout: "_x10 1+0x20 5+0x40" }],
          "two calls failed": ["60m", { timeout: "_x10 1+0x20 2+0x40" }],
        },
      ),
    },
  };
};
