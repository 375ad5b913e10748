import { attempted, oneOf } from "../promql.ts";
import { type Alerts, hour, minute, type RuleContext } from "./alert.ts";
import { callsThatEnd, quietTraffic, shop } from "./burn-rules.ts";
import { testCases, testHistogram } from "./test-cases.ts";

const calls = "executor.source.calls";
const duration = "executor.tool.call.duration";
const keys = ["job", "executor.source"];

const ofTool = { "mcp.tool.name": "shop.list", "executor.source": "shop" };

export const toolAlerts = (rules: RuleContext): Alerts => {
  const { toolP95Seconds, invalidInputRatio } = rules.thresholds;
  const increase = (outcomes: ReadonlyArray<string>) =>
    rules.increase(calls, keys, hour, { outcome: oneOf(...outcomes) });
  return {
    ExecutorToolCallsSlow: {
      severity: "warning",
      expression: rules.slow(0.95, duration, keys, 10 * minute, toolP95Seconds),
      forSeconds: 10 * minute,
      summary: "One of twenty calls of {{ $labels.executor_source }} takes very long.",
      description: "It takes {{ $value | humanizeDuration }} or longer.",
      runbook:
        "Compare with the time of the requests to the upstream on the dashboard Tools and sources. Where both are long, the upstream is slow; where only the calls are, look at the event loop on Runtime and telemetry. Time that people take is in neither.",
      tests: testCases(
        (values, bound) => testHistogram(duration, ofTool, Number(bound), values),
        shop,
        {
          "calls take between 30 and 60 seconds": [
            "30m",
            { 60: "0+5x60" },
            { classic: "58.5s", native: "1m 1s" },
          ],
        },
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
      description: `In the last ${rules.window(hour)}, {{ $value | humanizePercentage }} of the calls had one.`,
      runbook:
        "Look at an execution's error for what was wrong. Names that do not exist are counted under the source _OTHER. Where the source's description is wrong or has changed, refresh the source; where agents guess, tell them to describe a tool before they call it.",
      tests: testCases(
        callsThatEnd,
        shop,
        {
          "nine of ten calls are not valid": [
            "100m",
            { ok: "0+1x120", invalid_input: "0+9x120" },
            "90%",
          ],
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
