import { type Alerts, minute, type RuleContext } from "./alert.ts";
import { daemon, target, testCases, testSeries } from "./test-cases.ts";

const up = "executor.source.up";
const connects = "executor.source.connects";

export const sourceAlerts = (rules: RuleContext): Alerts => {
  const ended = (outcome: string) =>
    rules.increase(connects, ["job", "executor.source"], 15 * minute, { outcome });
  return {
    ExecutorSourceDown: {
      severity: "warning",
      expression: `${rules.promql.series(up)} == 0`,
      forSeconds: 5 * minute,
      summary: "The source {{ $labels.executor_source }} cannot be reached.",
      description: "`executor_source_up` is {{ $value }}: the last exchange with it failed.",
      runbook:
        "A connection to it failed, and none has worked since. Try its address from the daemon's machine; for a program, look at the daemon's log. It counts as up again with the next call or refresh that works, so refresh it once it is back.",
      tests: testCases(
        (values) => testSeries(up, { "executor.source": "shop", kind: "openapi" }, values),
        { ...target, executor_source: "shop", kind: "openapi" },
        { "it is down for ten minutes": ["12m", "1 0+0x20", "0"] },
        {
          "it is up": ["12m", "1+0x20"],
          "one call could not connect, and the next one could": ["8m", "1 1 0 0 1+0x20"],
        },
      ),
    },
    ExecutorSourceConnectsFailing: {
      severity: "warning",
      expression: `${ended("error")} >= 3\nunless ${ended("ok")} > 0`,
      summary: "The description of {{ $labels.executor_source }} cannot be read.",
      description: `In the last ${rules.window(15 * minute)}, {{ $value | printf "%.0f" }} attempts failed and none worked.`,
      runbook:
        "Refresh the source and read the error: the address is wrong, the credentials are, or what is there is no description of its kind. Its tools stay as they were read last. A namespace of _OTHER means sources that were never added.",
      tests: testCases(
        (values, outcome) => testSeries(connects, { "executor.source": "shop", outcome }, values),
        { ...daemon, executor_source: "shop" },
        { "it fails once a minute": ["20m", { ok: "1+0x30", error: "0+1x30" }, "15"] },
        {
          "it fails and then works": ["20m", { ok: "1+0x15 2+0x15", error: "0+1x10 10+0x20" }],
          "it failed once": ["20m", { ok: "1+0x30", error: "0+0x10 1+0x20" }],
        },
      ),
    },
  };
};
