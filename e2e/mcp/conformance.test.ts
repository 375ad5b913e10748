import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { runPeer } from "../support/mcp/peers.ts";

/** The scenarios of the protocol's own suite that a server with tools alone can be asked. */
const applicable = [
  "server-initialize",
  "ping",
  "tools-list",
  "server-sse-multiple-streams",
  "dns-rebinding-protection",
];

const ownTools = "calls a tool that only the suite's example server has";
const noResources = "the daemon offers no resources";
const noPrompts = "the daemon offers no prompts";

/** All the others, and why they do not apply. */
const others: Readonly<Record<string, string>> = {
  "logging-set-level":
    "the daemon sends no log messages to clients: code's console is in the result",
  "completion-complete": "there is no prompt or resource to complete arguments of",
  "tools-call-simple-text": ownTools,
  "tools-call-image": ownTools,
  "tools-call-audio": ownTools,
  "tools-call-embedded-resource": ownTools,
  "tools-call-mixed-content": ownTools,
  "tools-call-with-logging": ownTools,
  "tools-call-error": ownTools,
  "tools-call-with-progress": ownTools,
  "tools-call-sampling": ownTools,
  "tools-call-elicitation": ownTools,
  "elicitation-sep1034-defaults": ownTools,
  "elicitation-sep1330-enums": ownTools,
  "json-schema-2020-12": "expects a tool with a schema that only the suite's example server has",
  "server-sse-polling": "streams cannot be resumed, so the daemon closes none before its answer",
  "resources-list": noResources,
  "resources-read-text": noResources,
  "resources-read-binary": noResources,
  "resources-templates-read": noResources,
  "resources-subscribe": noResources,
  "resources-unsubscribe": noResources,
  "prompts-list": noPrompts,
  "prompts-get-simple": noPrompts,
  "prompts-get-with-args": noPrompts,
  "prompts-get-embedded-resource": noPrompts,
  "prompts-get-with-image": noPrompts,
};

describe("the protocol's conformance suite", () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.stop());

  const suite = (...args: ReadonlyArray<string>) =>
    runPeer("@modelcontextprotocol/conformance/dist/index.js", args);

  it("has these scenarios for servers, each of them considered", async () => {
    const { stdout } = await suite("list", "--server");
    const [, servers = ""] = stdout.split("Server scenarios");
    const [known = ""] = servers.split("Client scenarios");
    const names = [...known.matchAll(/^ {2}- ([\w-]+)/gm)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set([...applicable, ...Object.keys(others)]));
  });

  for (const scenario of applicable) {
    it(`passes ${scenario}`, async () => {
      const { code, stdout, stderr } = await suite(
        "server",
        "--url",
        `${daemon.url}/mcp`,
        "--scenario",
        scenario,
      );
      expect(`${stdout}\n${stderr}`).toMatch(/Passed: (\d+)\/\1, 0 failed/);
      expect(code).toBe(0);
    });
  }
});
