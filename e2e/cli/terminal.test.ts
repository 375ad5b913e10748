import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { until } from "@executor/testing";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cliOf, expectSuccess } from "../support/cli/cli.ts";
import { startCliShop } from "../support/cli/shop.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import { keys, runInTerminal } from "../support/cli/terminal.ts";
import type { TerminalOptions } from "../support/cli/terminal.ts";

const { daemon, shop, folder, document, stop } = await startCliShop();
afterAll(stop);
beforeAll(async () => {
  expectSuccess(await cliOf(daemon).executor(["sources", "add", document]));
});

const executor = (args: ReadonlyArray<string>, options?: TerminalOptions) =>
  runInTerminal([...args, "--port", String(daemon.port)], options);

describe("a person at a terminal", () => {
  const order = (item: string) => ["call", "shop.order", JSON.stringify({ body: { item } })];

  it("is asked before a tool writes, and sees the input of the call", async () => {
    const terminal = executor(order("tea\u202e"));
    await terminal.until("shop.order\r\n");
    await terminal.until(String.raw`"item": "tea\u202e"`);
    await terminal.until("Call it?");
    expect(shop.orders).toEqual([]);
    terminal.type(keys.down + keys.enter);
    await terminal.until('"number": 1');
    expect(await terminal.exited).toBe(0);
    expect(shop.orders).toHaveLength(1);
  });

  it("refuses with a lone Enter", async () => {
    const terminal = executor(order("milk"));
    await terminal.until("Call it?");
    terminal.type(keys.enter);
    await terminal.until("declined");
    expect(await terminal.exited).toBe(1);
    expect(shop.orders).toHaveLength(1);
  });

  it("may leave the question open and answer it later", async () => {
    const first = executor(order("salt"));
    await first.until("Call it?");
    first.type(keys.ctrlC);
    await first.until("waits for an answer");
    expect(await first.exited).toBe(3);
    const id = /exec_\w{32}/.exec(first.output())?.[0] ?? "";

    const second = executor(["resume", id]);
    await second.until("Call it?");
    second.type(keys.down + keys.enter);
    await second.until('"number": 2');
    expect(await second.exited).toBe(0);
  });

  it("answers one question after the other", async () => {
    const file = join(folder, "both.ts");
    const code = `return await Promise.all(["rice", "oil"].map((item) => tools.shop.order({ body: { item } })))`;
    await writeFile(file, code);
    const terminal = executor(["run", file]);
    await terminal.until("Call it?");
    terminal.type(keys.down + keys.enter);
    await terminal.until("Call it?");
    await terminal.until("Not now");
    terminal.type(keys.down + keys.enter);
    await terminal.until('"number": 4');
    expect(await terminal.exited).toBe(0);
  });

  it("is not asked by a command that speaks JSON", async () => {
    const terminal = executor([...order("tea"), "--json"]);
    await terminal.until('"status": "paused"');
    expect(await terminal.exited).toBe(3);
  });

  it("types a secret that is not shown", async () => {
    const terminal = executor(["secrets", "set", "key", "--origin", "https://x.example"]);
    await terminal.until("Value");
    terminal.type("s3cr3t-v4lue");
    terminal.type(keys.enter);
    await terminal.until("Set key.");
    expect(await terminal.exited).toBe(0);
    expect(terminal.output()).not.toContain("s3cr3t");
    const secrets = await cliOf(daemon).api("/secrets");
    expect(secrets).toMatchObject([{ name: "key", origins: ["https://x.example"] }]);
  });

  it("sees tables that fit, without colours if NO_COLOR is set", async () => {
    const terminal = executor(["tools", "search"], { columns: 40, env: { NO_COLOR: "1" } });
    expect(await terminal.exited).toBe(0);
    const lines = terminal.output().trimEnd().split("\r\n");
    expect(Math.max(...lines.map((line) => line.length))).toBe(40);
    expect(terminal.output()).not.toContain("\u001b");
  });
});

describe("executor metrics", () => {
  const leave = "\u001b[?25h\u001b[?1049l";

  it.each([
    ["q", "q"],
    ["Ctrl-C", keys.ctrlC],
  ])("keeps its numbers up to date, and leaves the terminal clean on %s", async (_, key) => {
    const call = async () => {
      expectSuccess(await cliOf(daemon).executor(["call", "shop.list"]));
      const { stdout } = await cliOf(daemon).executor(["metrics", "--once"]);
      return /^shop\.list +- +- +(\d+)/m.exec(stdout)?.[1];
    };
    await call();
    const terminal = executor(["metrics", "--interval", "0.3"], { columns: 70, rows: 14 });
    await terminal.until("\u001b[?1049h");
    await terminal.until("shop.list");
    const counted = new RegExp(`shop\\.list +\\S+ +\\S+ +${await call()} `);
    await until("the numbers are drawn", () => counted.test(terminal.output()));
    const frame = terminal.output().split("\u001b[H").at(-2) ?? "";
    expect(frame.split("\r\n").length).toBeLessThanOrEqual(14);
    terminal.type(key);
    expect(await terminal.exited).toBe(0);
    expect(terminal.output().endsWith(leave)).toBe(true);
  });

  it("waits while the daemon is away, and counts from zero after its restart", async () => {
    const other = await startDaemon();
    await other.request("POST", "/api/executions", {
      code: "await tools.executor.sources.list({}); await tools.executor.sources.list({})",
    });
    const terminal = runInTerminal(["metrics", "--interval", "0.3", "--port", String(other.port)], {
      columns: 120,
    });
    await terminal.until("executor.sources.list");
    other.kill("SIGKILL");
    await terminal.until("trying again");
    const back = await startDaemon({ port: other.port, dataDirectory: other.dataDirectory });
    await terminal.until("No tool was called yet.");
    terminal.type("q");
    expect(await terminal.exited).toBe(0);
    expect(terminal.output()).not.toMatch(/ -\d/);
    await back.stop();
    await other.stop();
  });

  it("does not start without a daemon", async () => {
    const terminal = runInTerminal(["metrics", "--port", "9"]);
    await terminal.until("executor serve");
    expect(await terminal.exited).toBe(1);
    expect(terminal.output()).not.toContain("\u001b[?1049h");
  });
});
