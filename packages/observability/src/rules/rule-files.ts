import { dump } from "js-yaml";
import type { RuleSettings } from "../settings.ts";
import type { Alert, TestCase } from "./alert.ts";
import { ruleGroups } from "./rules.ts";
import type { RuleGroup } from "./rules.ts";
import { duration } from "./windows.ts";

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
    ...group.recording.map(({ record, expression }) => ({ record, expr: expression })),
    ...group.alerts.map((alert) => alertRule(alert, speed)),
  ],
});

/** The file that Prometheus loads. */
export const rulesFile = (settings: RuleSettings): string =>
  yaml({ groups: ruleGroups(settings).map((group) => rulesOf(group, settings.speed)) });

/** Fills in a template's labels as Prometheus does. */
const filled = (template: string, labels: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "");

const testOf = (alert: Alert, { what, series, at, fires }: TestCase) => ({
  name: `${alert.name}: ${what}`,
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

/** What `promtool test rules` runs; `rulesName` is the rules' file beside it. */
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
    .map(({ what }) => what)
    .join("; ");

/** The page of runbooks. */
export const runbooksPage = (settings: RuleSettings): string =>
  [
    "# Runbooks",
    "One section for each alert of `rules/executor.rules.yaml`, written with it by `bun run metrics:docs`.",
    ...ruleGroups(settings).flatMap(({ alerts }) => alerts.map(entry)),
  ].join("\n\n") + "\n";
