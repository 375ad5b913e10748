import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { join } from "node:path";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { runPeer } from "../support/mcp/peers.ts";

const fixture = join(import.meta.dirname, "../../packages/hosts/mcp/test/conformance/serve.ts");

const ownTools = "calls a tool that only the suite's example server has";
const ownResources = "reads a resource that only the suite's example server has";
const ownPrompts = "asks for a prompt that only the suite's example server has";
const noTasks = "an optional extension that the daemon does not declare";

/** The scenarios of the protocol's own suite that the daemon does not pass, and why they do not apply to it. */
const inapplicable: Readonly<Record<string, string>> = {
  "completion-complete": ownPrompts,
  "elicitation-sep1034-defaults": ownTools,
  "elicitation-sep1330-enums": ownTools,
  "http-custom-header-server-validation":
    "the daemon's tools ask for no headers of their own with x-mcp-header",
  "json-schema-2020-12": "expects a tool with a schema that only the suite's example server has",
  "logging-set-level":
    "the daemon sends no log messages to clients: code's console is in the result",
  "prompts-get-embedded-resource": ownPrompts,
  "prompts-get-simple": ownPrompts,
  "prompts-get-with-args": ownPrompts,
  "prompts-get-with-image": ownPrompts,
  "resources-read-binary": ownResources,
  "resources-read-text": ownResources,
  "resources-subscribe": ownResources,
  "resources-templates-read": ownResources,
  "resources-unsubscribe": ownResources,
  "tasks-capability-negotiation": noTasks,
  "tasks-dispatch-and-envelope": noTasks,
  "tasks-lifecycle": noTasks,
  "tasks-mrtr-composition": noTasks,
  "tasks-mrtr-input": noTasks,
  "tasks-request-headers": noTasks,
  "tasks-request-state-removal": noTasks,
  "tasks-required-task-error": noTasks,
  "tasks-wire-fields": noTasks,
  "tools-call-audio": ownTools,
  "tools-call-elicitation": ownTools,
  "tools-call-embedded-resource": ownTools,
  "tools-call-error": ownTools,
  "tools-call-image": ownTools,
  "tools-call-mixed-content": ownTools,
  "tools-call-sampling": ownTools,
  "tools-call-simple-text": ownTools,
  "tools-call-with-logging": ownTools,
  "tools-call-with-progress": ownTools,
  "input-required-result-basic-elicitation": ownTools,
  "input-required-result-basic-list-roots": ownTools,
  "input-required-result-basic-sampling": ownTools,
  "input-required-result-capability-check": ownTools,
  "input-required-result-multi-round": ownTools,
  "input-required-result-multiple-input-requests": ownTools,
  "input-required-result-non-tool-request": ownPrompts,
  "input-required-result-request-state": ownTools,
  "input-required-result-result-type": ownTools,
  "input-required-result-tampered-state": ownTools,
  "server-stateless":
    "four of its 28 checks call tools that only the suite's example server has; the others pass",
};

/** Runs what a revision requires, and gives the scenarios' verdicts: how many checks passed and failed. */
const requirements = async (url: string, revision: string) => {
  const { stdout } = await runPeer("@modelcontextprotocol/conformance/dist/index.js", [
    "server",
    "--url",
    url,
    "--requirements",
    revision,
  ]);
  const lines = stdout.matchAll(/^[✓✗] ([\w-]+): (\d+) passed, (\d+) failed/gmu);
  const verdicts = [...lines].map(([, name = "", passed, failed]) => ({
    name,
    passed: Number(passed),
    failed: Number(failed),
  }));
  return {
    failed: verdicts.filter(({ failed }) => failed > 0),
    passed: verdicts.filter(({ failed }) => failed === 0).map(({ name }) => name),
  };
};

describe("the protocol's conformance suite against the daemon", () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.stop());

  for (const [revision, least] of [
    ["2025-11-25", 9],
    ["2026-07-28", 13],
  ] as const) {
    it(`passes what applies of the requirements of ${revision}`, async () => {
      const { failed, passed } = await requirements(`${daemon.url}/mcp`, revision);
      const names = failed.map(({ name }) => name);
      expect(names.filter((name) => inapplicable[name] === undefined)).toEqual([]);
      expect(passed.length).toBeGreaterThanOrEqual(least);
    });
  }
});

/**
 * The fixture's tools declare no tasks and no headers. One check of server-stateless wants the HTTP status 400 of a call that finds a
 * capability missing while it runs, but a call's reply is an event stream, whose head is sent before. The daemon asks no client for what
 * it has not declared.
 */
const failsOfFixture = (name: string, failed: number): boolean =>
  name.startsWith("tasks-") ||
  name === "http-custom-header-server-validation" ||
  (name === "server-stateless" && failed === 1);

describe("the protocol's conformance suite against the host with the suite's own tools", () => {
  const serving = Bun.spawn(["bun", fixture], { stdout: "pipe", stderr: "inherit" });
  afterAll(() => serving.kill());
  let url = "";
  beforeAll(async () => {
    for await (const chunk of serving.stdout) {
      url = new TextDecoder().decode(chunk).trim();
      break;
    }
  });

  for (const [revision, least] of [
    ["2025-11-25", 33],
    ["2026-07-28", 38],
  ] as const) {
    it(`passes the requirements of ${revision}`, async () => {
      const { failed, passed } = await requirements(url, revision);
      expect(failed.filter((verdict) => !failsOfFixture(verdict.name, verdict.failed))).toEqual([]);
      expect(passed.length).toBeGreaterThanOrEqual(least);
    });
  }
});
