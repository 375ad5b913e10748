import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { cliOf, expectSuccess } from "../support/cli/cli.ts";
import { runExecutor } from "../support/cli/command.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { everythingProgram } from "../support/upstreams/everything.ts";
import { keys, runInTerminal } from "../support/cli/terminal.ts";
import { machineSlackMs } from "@executor/testing/process";

let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.stop());

describe("an MCP server over stdio", () => {
  const { command, args } = everythingProgram();
  const address = "everything.triggerElicitationRequest";

  it("is added as a program with its arguments and its environment", async () => {
    const { executor, api } = cliOf(daemon);
    const options = ["--namespace", "everything", "--env", "GREETING=hello"];
    const port = ["--port", String(daemon.port)];
    const added = await runExecutor([
      "sources",
      "add",
      ...options,
      ...port,
      "--",
      command,
      ...args,
    ]);
    expect(expectSuccess(added)).toMatch(/^Added everything: .*, \d\d tools\.$/m);
    expect(await api("/sources/everything")).toMatchObject({ kind: "mcp", lastError: null });
    expectSuccess(await executor(["policies", "set", "everything.*", "allow"]));
    expect(expectSuccess(await executor(["call", "everything.getEnv"]))).toContain("hello");
  });

  it("asks the person at the terminal, field by field", async () => {
    const slackMs = await machineSlackMs();
    const terminal = runInTerminal(["call", address, "--port", String(daemon.port)]);
    const answer = async (label: string, typed: string) => {
      await terminal.until(label);
      // The label is drawn before its prompt listens.
      await Bun.sleep(300 + slackMs);
      terminal.type(typed + keys.enter);
    };
    await answer("Answer?", keys.down);
    await answer("String (Your full, legal name)", "Ada");
    await answer("Boolean (", keys.up);
    await answer("String with default", "");
    await answer("String with email format", "");
    await answer("String with uri format", "");
    await answer("String with date format", "1815-12-10");
    await answer("Integer (", "12x");
    await terminal.until("A whole number is needed.");
    terminal.type("\u007f" + keys.enter);
    await answer("Number in range", "");
    await answer("Untitled Single Select Enum", "");
    await answer("Untitled Multiple Select Enum", "");
    await answer("Titled Single Select Enum", keys.down);
    await answer("Titled Multiple Select Enum", "");
    await answer("Legacy Titled", "");
    await terminal.until("Raw result");
    expect(await terminal.exited).toBe(0);
    const shown = terminal.output().replaceAll("\\", "");
    const raw = shown.slice(shown.indexOf("Raw result"));
    expect(raw).toContain('"name": "Ada"');
    expect(raw).toContain('"check": true');
    expect(raw).toContain('"firstLine": "It was a dark and stormy night."');
    expect(raw).not.toContain('"email"');
    expect(raw).toContain('"birthdate": "1815-12-10"');
    expect(raw).toContain('"integer": 12,');
    expect(raw).toContain('"number": 3.14');
    expect(raw).toContain('"untitledSingleSelectEnum": "Monica"');
    expect(raw).toMatch(/"untitledMultipleSelectEnum": \[[n\s]*"Guitar"[n\s]*\]/);
    expect(raw).toContain('"titledSingleSelectEnum": "hero-2"');
    expect(raw).toContain('"legacyTitledEnum": "pet-1"');
  });
});
