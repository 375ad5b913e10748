import { describe, expect, it } from "@effect/vitest";
import { ruleGroups, rulesFile } from "../src/rules/rule-files.ts";
import { defaultSettings } from "../src/settings.ts";

const alerts = ruleGroups(defaultSettings).flatMap((group) => group.alerts);

describe("the alerts", () => {
  it.each(alerts.map((alert) => [alert.name, alert] as const))(
    "%s has tests for a fault, for no fault, and for a harmless deviation",
    (_, alert) => {
      expect(alert.runbook.length).toBeGreaterThan(50);
      expect(alert.tests.filter(({ fires }) => fires.length > 0).length).toBeGreaterThan(0);
      expect(alert.tests.filter(({ fires }) => fires.length === 0).length).toBeGreaterThan(0);
      expect(alert.tests.length).toBeGreaterThanOrEqual(3);
    },
  );

  it("have unique names", () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
  });

  it("take an operator's selector, thresholds and speed", () => {
    const rules = rulesFile({
      ...defaultSettings,
      selector: 'job="mine"',
      speed: 60,
      thresholds: { ...defaultSettings.thresholds, toolErrorBudget: 0.01 },
    });
    expect(rules).not.toContain("executor.*");
    expect(rules).toContain('executor_source_up{job="mine"} == 0');
    expect(rules).toContain("> 14.4 * 0.01");
    expect(rules).toContain('outcome=~"tool_error|upstream_error|timeout"}[1m]');
    expect(rules).toContain('executor_approval_oldest_age_seconds{job="mine"} > 5');
  });
});
