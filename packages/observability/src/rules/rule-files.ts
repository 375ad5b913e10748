import { dump } from "js-yaml";
import type { Settings } from "../settings.ts";
import { type Alert, type Alerts, duration, type RecordingRule, ruleContext } from "./alert.ts";
import { edgeAlerts } from "./edge-rules.ts";
import { executionAlerts } from "./execution-rules.ts";
import { processAlerts } from "./process-rules.ts";
import { sourceAlerts } from "./source-rules.ts";
import { telemetryAlerts } from "./telemetry-rules.ts";
import type { TestCase } from "./test-cases.ts";
import { toolAlerts, toolRecordingRules } from "./tool-rules.ts";

/** Groups of rules that Prometheus evaluates in one interval. */
export const ruleGroups = (settings: Settings) => {
  const rules = ruleContext(settings);
  const group = (name: string, alerts: Alerts, recording: ReadonlyArray<RecordingRule> = []) => ({
    name,
    recording,
    alerts: Object.entries(alerts).map(([alert, of]): NamedAlert => ({ name: alert, ...of })),
  });
  return [
    group("executor-tools", toolAlerts(rules), toolRecordingRules(rules)),
    group("executor-sources", sourceAlerts(rules)),
    group("executor-executions", executionAlerts(rules)),
    group("executor-edge", edgeAlerts(rules)),
    group("executor-telemetry", telemetryAlerts(rules)),
    group("executor-process", processAlerts(rules)),
  ];
};

type NamedAlert = Alert & { readonly name: string };

const header = "# Written by `bun run metrics:docs` from packages/observability/src. Edit there.\n";

const yaml = (value: unknown): string => header + dump(value, { lineWidth: -1, noRefs: true });

const annotations = ({ summary, runbook, name }: NamedAlert) => ({
  summary,
  runbook,
  runbook_page: `packages/observability/RUNBOOKS.md#${name.toLowerCase()}`,
});

/** The file that Prometheus loads. */
export const rulesFile = (settings: Settings): string =>
  yaml({
    groups: ruleGroups(settings).map(({ name, recording, alerts }) => ({
      name,
      rules: [
        ...recording.map(({ record, expression }) => ({ record, expr: expression })),
        ...alerts.map((alert) => ({
          alert: alert.name,
          expr: alert.expression,
          ...(alert.forSeconds === undefined
            ? {}
            : { for: duration(alert.forSeconds, settings.speed) }),
          labels: { severity: alert.severity },
          annotations: annotations(alert),
        })),
      ],
    })),
  });

/** Replaces labels in a template as Prometheus does. */
const filled = (template: string, labels: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "");

const testOf = (alert: NamedAlert, { situation, series, at, fires }: TestCase) => ({
  name: `${alert.name}: ${situation}`,
  interval: "1m",
  input_series: series,
  alert_rule_test: [
    {
      eval_time: at,
      alertname: alert.name,
      exp_alerts: fires.map((labels) => ({
        exp_labels: { severity: alert.severity, ...labels },
        exp_annotations: Object.fromEntries(
          Object.entries(annotations(alert)).map(([key, text]) => [key, filled(text, labels)]),
        ),
      })),
    },
  ],
});

/** Input of `promtool test rules`; `rulesName` is the file of the rules in the same folder. */
export const ruleTestsFile = (settings: Settings, rulesName: string): string =>
  yaml({
    rule_files: [rulesName],
    evaluation_interval: "1m",
    tests: ruleGroups(settings).flatMap(({ alerts }) =>
      alerts.flatMap((alert) => alert.tests.map((test) => testOf(alert, test))),
    ),
  });

const entry = (alert: NamedAlert): string =>
  [
    `## ${alert.name}`,
    `${alert.summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "`$1`")} Severity: ${alert.severity}${alert.forSeconds === undefined ? "" : `, after ${duration(alert.forSeconds, 1)}`}.`,
    alert.runbook,
    `\`\`\`promql\n${alert.expression}\n\`\`\``,
    `Proved to fire when: ${cases(alert, true)}. Not when: ${cases(alert, false)}.`,
  ].join("\n\n");

const cases = ({ tests }: Alert, fires: boolean): string =>
  tests
    .filter((test) => test.fires.length > 0 === fires)
    .map(({ situation }) => situation)
    .join("; ");

/** The page of runbooks. */
export const runbooksPage = (settings: Settings): string =>
  [
    "# Runbooks",
    "One section for each alert of `rules/executor.rules.yaml`, written with it by `bun run metrics:docs`.",
    ...ruleGroups(settings).flatMap(({ alerts }) => alerts.map(entry)),
  ].join("\n\n") + "\n";
