import { afterAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPromtool } from "@executor/testing/prometheus";

const kit = join(import.meta.dirname, "../../packages/observability");
const rules = join(kit, "rules/executor.rules.yaml");

const generator = join(kit, "src/main.ts");

/** A condition that asks for a minimum of traffic, on a line of its own. */
const guard = /^ +and .* >= \d+$/;

const run = (promtool: string, ...args: ReadonlyArray<string>) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync([promtool, ...args]);
  return { exitCode, output: stdout.toString() + stderr.toString() };
};

/** Whether it reads native histograms in tests: from version 3. */
const readsNative = (promtool: string): boolean =>
  !run(promtool, "--version").output.includes("version 2.");

describe.each(findPromtool())("the rules, by %s", (promtool) => {
  const directory = mkdtempSync(join(tmpdir(), "executor-rules-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  it("are valid", () => {
    const { exitCode, output } = run(promtool, "check", "rules", rules);
    expect(output).toContain("SUCCESS");
    expect(exitCode).toBe(0);
  });

  it.each(["tests", "long-tests", ...(readsNative(promtool) ? ["native-tests"] : [])])(
    "fire when they shall, and only then: %s",
    (name) => {
      const tests = join(kit, `rules/executor.${name}.yaml`);
      const { exitCode, output } = run(promtool, "test", "rules", tests);
      expect(output).toContain("SUCCESS");
      expect(exitCode).toBe(0);
    },
  );

  it("fire at little traffic once a guard is taken out, each of them", () => {
    const lines = readFileSync(rules, "utf8").split("\n");
    const guards = lines.filter((line) => guard.test(line));
    expect(guards.length).toBeGreaterThan(8);
    writeFileSync(
      join(directory, "executor.rules.yaml"),
      lines.filter((line) => !guard.test(line)).join("\n"),
    );
    const fired = ["tests", "long-tests"].flatMap((name) => {
      const tests = withLittleTraffic(
        readFileSync(join(kit, `rules/executor.${name}.yaml`), "utf8"),
      );
      writeFileSync(join(directory, "little.yaml"), tests);
      const { output } = run(promtool, "test", "rules", join(directory, "little.yaml"));
      return [...output.matchAll(/alertname="?(\w+)/g)].map(([, alert]) => alert);
    });
    expect(new Set(fired).size).toBe(guards.length);
  });

  it("know an operator's objectives, for a source and for a tool", () => {
    const out = join(directory, "operator");
    const objectives = ["--objective=0.9", "--objective=shop=0.99", "--objective=shop.list=0.999"];
    const generated = Bun.spawnSync(["bun", generator, `--out=${out}`, ...objectives]);
    expect(generated.stderr.toString()).toBe("");
    writeFileSync(join(out, "rules/objectives.yaml"), JSON.stringify(objectiveTests));
    const { output } = run(promtool, "test", "rules", join(out, "rules/objectives.yaml"));
    expect(output).toContain("SUCCESS");
  });

  it.each(["local", "docker", "cloud"])("are named by a valid scrape configuration: %s", (name) => {
    const file = join(kit, `scrape/${name}.yaml`);
    const { exitCode, output } = run(promtool, "check", "config", "--syntax-only", file);
    expect([exitCode, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });
});

/** Of promtool's tests those in which few calls are made. */
const withLittleTraffic = (text: string): string => {
  const file = Schema.decodeUnknownSync(Tests)(Bun.YAML.parse(text));
  return JSON.stringify({
    ...file,
    tests: file.tests.filter(({ name }) => /\bfew\b|single/.test(name)),
  });
};

const Tests = Schema.Struct({
  rule_files: Schema.Unknown,
  evaluation_interval: Schema.String,
  tests: Schema.Array(
    Schema.Struct({ name: Schema.String }, { key: Schema.String, value: Schema.Unknown }),
  ),
});

const daemonIs = { job: "executor", instance: "a" };

const series = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries({ ...daemonIs, ...labels })
    .map(([label, value]) => `${label}="${value}"`)
    .join(",")}}`;

/** Calls of a source, or of one of its tools. */
const callsOf = (executor_source: string, ok: string, timeout: string, mcp_tool_name?: string) =>
  Object.entries({ ok, timeout }).map(([outcome, values]) => ({
    series:
      mcp_tool_name === undefined
        ? series("executor_source_calls_total", { executor_source, outcome })
        : series("executor_tool_calls_total", { executor_source, mcp_tool_name, outcome }),
    values,
  }));

/** 1 % of the calls of `shop.list` fail, 2 % of all of shop's, and 5 % of those of the other source. */
const objectiveTests = {
  rule_files: ["executor.rules.yaml"],
  evaluation_interval: "10m",
  tests: [
    {
      interval: "5m",
      input_series: [
        ...callsOf("shop", "0+99x200", "0+1x200", "shop.list"),
        ...callsOf("shop", "0+196x200", "0+4x200"),
        ...callsOf("other", "0+95x200", "0+5x200"),
      ],
      promql_expr_test: [
        {
          expr: "round(job_source:executor_tool_calls:error_budget_remaining30d, 0.01)",
          eval_time: "6h",
          exp_samples: [
            { labels: '{job="executor",executor_source="other"}', value: 0.5 },
            { labels: '{job="executor",executor_source="shop"}', value: -1 },
          ],
        },
        {
          expr: "round(job_tool:executor_tool_calls:error_budget_remaining30d, 0.01)",
          eval_time: "6h",
          exp_samples: [
            {
              labels: '{job="executor",executor_source="shop",mcp_tool_name="shop.list"}',
              value: -9,
            },
          ],
        },
        {
          expr: 'group by (alertname, executor_source, mcp_tool_name) (ALERTS{alertstate="firing"})',
          eval_time: "6h",
          exp_samples: [
            {
              labels:
                '{alertname="ExecutorErrorBudgetBurning",executor_source="shop",mcp_tool_name="shop.list"}',
              value: 1,
            },
            {
              labels:
                '{alertname="ExecutorErrorBudgetBurningSlowly",executor_source="shop",mcp_tool_name="shop.list"}',
              value: 1,
            },
            {
              labels:
                '{alertname="ExecutorToolCallsFailingSlowly",executor_source="shop",mcp_tool_name="shop.list"}',
              value: 1,
            },
            {
              labels: '{alertname="ExecutorErrorBudgetBurningSlowly",executor_source="shop"}',
              value: 1,
            },
          ],
        },
      ],
    },
  ],
};
