import { dump } from "js-yaml";
import type { RuleSettings } from "../settings.ts";
import { duration, RuleContext } from "./alert.ts";
import type { Alert, RecordingRule } from "./alert.ts";
import { edgeAlerts } from "./edge-rules.ts";
import { executionAlerts } from "./execution-rules.ts";
import { processAlerts } from "./process-rules.ts";
import { sourceAlerts } from "./source-rules.ts";
import { telemetryAlerts } from "./telemetry-rules.ts";
import type { TestCase } from "./test-cases.ts";
import { toolAlerts, toolRecordingRules } from "./tool-rules.ts";

/** Rules that Prometheus evaluates in one interval. */
export interface RuleGroup {
  readonly name: string;
  readonly recording?: ReadonlyArray<RecordingRule>;
  readonly alerts: ReadonlyArray<Alert>;
}

export const ruleGroups = (settings: RuleSettings): ReadonlyArray<RuleGroup> => {
  const rules = new RuleContext(settings);
  return [
    {
      name: "executor-tools",
      recording: toolRecordingRules(rules),
      alerts: toolAlerts(rules),
    },
    { name: "executor-sources", alerts: sourceAlerts(rules) },
    { name: "executor-executions", alerts: executionAlerts(rules) },
    { name: "executor-edge", alerts: edgeAlerts(rules) },
    { name: "executor-telemetry", alerts: telemetryAlerts(rules) },
    { name: "executor-process", alerts: processAlerts(rules) },
  ];
};

const header = "# Written by `bun run metrics:docs` from packages/observability/src. Edit there.\n";

const yaml = (value: unknown): string => header + dump(value, { lineWidth: -1, noRefs: true });

const annotations = ({ summary, runbook, name }: Alert) => ({
  summary,
  runbook,
  runbook_page: `packages/observability/RUNBOOKS.md#${name.toLowerCase()}`,
});

const alertRule = (alert: Alert, speed: number) => ({
  alert: alert.name,
  expr: alert.expression,
  ...(alert.forSeconds === 0 ? {} : { for: duration(alert.forSeconds, speed) }),
  labels: { severity: alert.severity },
  annotations: annotations(alert),
});

const rulesOf = (group: RuleGroup, speed: number) => ({
  name: group.name,
  rules: [
    ...(group.recording ?? []).map(({ record, expression }) => ({ record, expr: expression })),
    ...group.alerts.map((alert) => alertRule(alert, speed)),
  ],
});

/** The file that Prometheus loads. */
export const rulesFile = (settings: RuleSettings): string =>
  yaml({ groups: ruleGroups(settings).map((group) => rulesOf(group, settings.speed)) });

/** Replaces labels in a template as Prometheus does. */
const filled = (template: string, labels: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "");

const testOf = (alert: Alert, { situation, series, at, fires }: TestCase) => ({
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
export const ruleTestsFile = (settings: RuleSettings, rulesName: string): string =>
  yaml({
    rule_files: [rulesName],
    evaluation_interval: "1m",
    tests: ruleGroups(settings).flatMap(({ alerts }) =>
      alerts.flatMap((alert) => alert.tests.map((test) => testOf(alert, test))),
    ),
  });

const entry = (alert: Alert): string =>
  [
    `## ${alert.name}`,
    `${alert.summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "`$1`")} Severity: ${alert.severity}${alert.forSeconds === 0 ? "" : `, after ${duration(alert.forSeconds, 1)}`}.`,
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
export const runbooksPage = (settings: RuleSettings): string =>
  [
    "# Runbooks",
    "One section for each alert of `rules/executor.rules.yaml`, written with it by `bun run metrics:docs`.",
    ...ruleGroups(settings).flatMap(({ alerts }) => alerts.map(entry)),
  ].join("\n\n") + "\n";
