import type { RuleSettings } from "../settings.ts";
import type { Alert, RecordingRule } from "./alert.ts";
import { edgeAlerts } from "./edge-rules.ts";
import { executionAlerts } from "./execution-rules.ts";
import { processAlerts } from "./process-rules.ts";
import { RuleContext } from "./rule-context.ts";
import { sourceAlerts } from "./source-rules.ts";
import { telemetryAlerts } from "./telemetry-rules.ts";
import { toolAlerts, toolRecordingRules } from "./tool-rules.ts";

/** Rules that one file holds and one interval evaluates. */
export interface RuleGroup {
  readonly name: string;
  readonly recording: ReadonlyArray<RecordingRule>;
  readonly alerts: ReadonlyArray<Alert>;
}

export const ruleGroups = (settings: RuleSettings): ReadonlyArray<RuleGroup> => {
  const rules = new RuleContext(settings);
  const group = (name: string, alerts: ReadonlyArray<Alert>): RuleGroup => ({
    name: `executor-${name}`,
    recording: [],
    alerts,
  });
  return [
    {
      name: "executor-tools",
      recording: toolRecordingRules(rules),
      alerts: toolAlerts(rules),
    },
    group("sources", sourceAlerts(rules)),
    group("executions", executionAlerts(rules)),
    group("edge", edgeAlerts(rules)),
    group("telemetry", telemetryAlerts(rules)),
    group("process", processAlerts(rules)),
  ];
};
