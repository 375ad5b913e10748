import { describe, expect, it } from "@effect/vitest";
import { ruleGroups, rulesFile, runbooksPage } from "../src/rules/rule-files.ts";
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

  it("take an operator's selector, thresholds, objectives and speed", () => {
    const rules = rulesFile({
      ...defaultSettings,
      selector: 'job="mine"',
      speed: 60,
      thresholds: { ...defaultSettings.thresholds, minimumTraffic: 7 },
      objectives: { default: 0.9, sources: { github: 0.99 }, tools: { "github.repos.get": 0.999 } },
      runbooks: "https://runbooks.example.com/executor",
    });
    expect(rules).not.toContain("executor.*");
    expect(rules).toContain('executor_source_up{job="mine"} == 0');
    expect(rules).toContain("job_source:executor_tool_calls:increase1h >= 7");
    expect(rules).toContain('outcome=~"tool_error|upstream_error|timeout"}[1m]');
    expect(rules).toContain('executor_approval_oldest_age_seconds{job="mine"} > 5');
    expect(rules).toContain('mcp_tool_name=~"github[.]repos[.]get"');
    expect(rules).toContain(
      '0.99 * group by (job, executor_source) (job_source:executor_tool_calls:increase6h{executor_source="github"})',
    );
    expect(rules).toContain("runbook_url: https://runbooks.example.com/executor#executordown");
  });

  it("have a value in their descriptions, and an absolute link to their runbooks", () => {
    const runbooks = runbooksPage(defaultSettings);
    for (const { name, description } of alerts) {
      expect(description).toMatch(/\{\{ \$value/);
      expect(runbooks).toContain(`\n## ${name}\n`);
      expect(rulesFile(defaultSettings)).toMatch(
        new RegExp(`runbook_url: https://.*#${name.toLowerCase()}\n`),
      );
    }
  });
});
