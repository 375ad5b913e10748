import { afterAll, describe, expect, it } from "@effect/vitest";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPromtool } from "@executor/testing/prometheus";

const kit = join(import.meta.dirname, "../../packages/observability");
const rules = join(kit, "rules/executor.rules.yaml");

/** A condition that asks for a minimum of traffic, on a line of its own. */
const guard = /^ +and .* >= \d+$/;

const run = (promtool: string, ...args: ReadonlyArray<string>) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync([promtool, ...args]);
  return { exitCode, output: stdout.toString() + stderr.toString() };
};

describe.each(findPromtool())("the rules, by %s", (promtool) => {
  const directory = mkdtempSync(join(tmpdir(), "executor-rules-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  it("are valid", () => {
    const { exitCode, output } = run(promtool, "check", "rules", rules);
    expect(output).toContain("SUCCESS");
    expect(exitCode).toBe(0);
  });

  it("fire when they shall, and only then", () => {
    const tests = join(kit, "rules/executor.tests.yaml");
    const { exitCode, output } = run(promtool, "test", "rules", tests);
    expect(output).toContain("SUCCESS");
    expect(exitCode).toBe(0);
  });

  it("fire at little traffic once a guard is taken out, each of them", () => {
    cpSync(join(kit, "rules"), directory, { recursive: true });
    const lines = readFileSync(rules, "utf8").split("\n");
    const guards = lines.filter((line) => guard.test(line));
    expect(guards.length).toBeGreaterThan(5);
    writeFileSync(
      join(directory, "executor.rules.yaml"),
      lines.filter((line) => !guard.test(line)).join("\n"),
    );
    const { output } = run(promtool, "test", "rules", join(directory, "executor.tests.yaml"));
    const fired = new Set([...output.matchAll(/alertname="?(\w+)/g)].map(([, name]) => name));
    expect(fired.size).toBe(guards.length);
  });

  it.each(["local", "docker", "cloud"])("are named by a valid scrape configuration: %s", (name) => {
    const file = join(kit, `scrape/${name}.yaml`);
    const { exitCode, output } = run(promtool, "check", "config", "--syntax-only", file);
    expect([exitCode, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });
});
