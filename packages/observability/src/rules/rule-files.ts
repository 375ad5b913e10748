import { dump } from "js-yaml";
import { type Alert, type Alerts, duration, type RecordingRule, ruleContext } from "./alert.ts";
import { burnAlerts } from "./burn-rules.ts";
import type { Settings } from "../settings.ts";
import { edgeAlerts } from "./edge-rules.ts";
import { executionAlerts } from "./execution-rules.ts";
import { objectiveRules } from "./objective-rules.ts";
import { processAlerts } from "./process-rules.ts";
import { scenarios } from "./scenarios.ts";
import { sourceAlerts } from "./source-rules.ts";
import { telemetryAlerts } from "./telemetry-rules.ts";
import {
  hasHistogram,
  type HistogramForm,
  seriesOf,
  type TestCase,
  watched,
} from "./test-cases.ts";
import { toolAlerts } from "./tool-rules.ts";

/** Groups of rules that Prometheus evaluates in one interval. */
export const ruleGroups = (settings: Settings) => {
  const rules = ruleContext(settings);
  const group = (name: string, alerts: Alerts, recording: ReadonlyArray<RecordingRule> = []) => ({
    name,
    recording,
    alerts: Object.entries(alerts).map(([alert, of]): NamedAlert => ({ name: alert, ...of })),
  });
  return [
    group(
      "executor-objectives",
      burnAlerts(rules, settings.objectives),
      objectiveRules(rules, settings.objectives),
    ),
    group("executor-tools", toolAlerts(rules)),
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

const annotations = (
  { runbooks }: Settings,
  { summary, description, runbook, name }: NamedAlert,
) => ({
  summary,
  description: `${description} ${runbook}`,
  runbook_url: `${runbooks}#${name.toLowerCase()}`,
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
          annotations: annotations(settings, alert),
        })),
      ],
    })),
  });

/** Replaces labels and the value in a template as Prometheus does. */
const filled = (
  template: string,
  { labels, shown }: TestCase["fires"][number],
  form: HistogramForm,
): string =>
  template
    .replaceAll(/\{\{ with \$labels\.\w+ \}\}.*?\{\{ end \}\}/g, "")
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "")
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, () => (typeof shown === "string" ? shown : shown[form]));

const testOf = (settings: Settings, alert: NamedAlert, form: HistogramForm, test: TestCase) => {
  const { situation, at, fires } = test;
  const own = seriesOf(test, form);
  return {
    name: `${alert.name}: ${situation}`,
    interval: "1m",
    input_series: [...watched(own), ...own],
    alert_rule_test: [
      {
        eval_time: at,
        alertname: alert.name,
        exp_alerts: fires.map((fired) => ({
          exp_labels: { severity: alert.severity, ...fired.labels },
          exp_annotations: Object.fromEntries(
            Object.entries(annotations(settings, alert)).map(([key, text]) => [
              key,
              filled(text, fired, form),
            ]),
          ),
        })),
      },
    ],
  };
};

/** Hours that are too many to evaluate all rules in each minute of them. */
const isLong = (at: string): boolean => Number(/^(\d+)h/.exec(at)?.[1] ?? 0) > 2;

/**
 * Inputs of `promtool test rules` by their names; `rulesName` is the file of the rules in the same folder. The cases that take days
 * are evaluated every ten minutes. Those with native histograms are a file of their own: promtool before version 3 cannot read it.
 */
export const ruleTestsFiles = (
  settings: Settings,
  rulesName: string,
): ReadonlyMap<string, string> => {
  const file = (interval: string, tests: ReadonlyArray<unknown>): string =>
    yaml({ rule_files: [rulesName], evaluation_interval: interval, tests });
  const cases = ruleGroups(settings).flatMap(({ alerts }) =>
    alerts.flatMap((alert) => alert.tests.map((test) => ({ alert, test }))),
  );
  const written = (form: HistogramForm, isWanted: (test: TestCase) => boolean) =>
    cases
      .filter(({ test }) => isWanted(test))
      .map(({ alert, test }) => testOf(settings, alert, form, test));
  const within = (long: boolean) => [
    ...written("classic", ({ at }) => isLong(at) === long),
    ...scenarios.filter(
      ({ promql_expr_test: times }) => times.some(({ eval_time }) => isLong(eval_time)) === long,
    ),
  ];
  return new Map([
    ["executor.tests.yaml", file("1m", within(false))],
    ["executor.long-tests.yaml", file("10m", within(true))],
    ["executor.native-tests.yaml", file("1m", written("native", hasHistogram))],
  ]);
};

const entry = (alert: NamedAlert): string =>
  [
    `## ${alert.name}`,
    `${inWords(alert.summary)} Severity: ${alert.severity}${alert.forSeconds === undefined ? "" : `, after ${duration(alert.forSeconds, 1)}`}.`,
    `${inWords(alert.description).replaceAll(/\{\{ \$value.*?\}\}/g, "…")} ${alert.runbook}`,
    `\`\`\`promql\n${alert.expression}\n\`\`\``,
    `Proved to fire when: ${cases(alert, true)}. Not when: ${cases(alert, false)}.`,
  ].join("\n\n");

/** A template for readers: labels by their names. */
const inWords = (template: string): string =>
  template
    .replaceAll(/\{\{ with .*?\{\{ end \}\}/g, "")
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "`$1`");

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
