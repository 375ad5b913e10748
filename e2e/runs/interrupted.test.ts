import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { readSamples, sumOf, until } from "@executor/testing";
import { cliOf, expectSuccess } from "../support/cli/cli.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { connectTo } from "../support/mcp/client.ts";

const Listed = Schema.Array(
  Schema.Struct({
    id: Schema.String,
    status: Schema.String,
    trigger: Schema.String,
    caller: Schema.Struct({
      client: Schema.NullOr(Schema.String),
      subject: Schema.NullOr(Schema.String),
    }),
  }),
);

const waiting = "console.log('begun'); await new Promise(() => {})";

describe("executions under way", () => {
  let first: Daemon;
  let daemon: Daemon;
  beforeAll(async () => {
    first = await startDaemon();
    daemon = first;
  });
  afterAll(async () => {
    await daemon.stop();
    await first.stop();
  });

  const list = async () =>
    Schema.decodeUnknownSync(Listed)((await daemon.request("GET", "/api/executions")).json());
  const ended = async (labels: Record<string, string> = {}) =>
    sumOf(
      readSamples((await daemon.request("GET", "/api/metrics")).text),
      "executor_executions_total",
      labels,
    );
  const killAndStart = async () => {
    daemon.kill("SIGKILL");
    await daemon.exited;
    daemon = await startDaemon({ dataDirectory: first.dataDirectory, port: first.port });
  };

  it("are listed with who asked for them, and shown with what they have done so far", async () => {
    const { execute } = await connectTo(daemon.url, { name: "Claude-Code" });
    void execute(waiting).catch(() => undefined);
    void daemon
      .request("POST", "/api/executions", { code: waiting }, { "executor-client": "cli" })
      .catch(() => undefined);
    await until("both run", async () => (await list()).length === 2);
    expect((await list()).toSorted((a, b) => (a.trigger < b.trigger ? -1 : 1))).toMatchObject([
      { status: "running", trigger: "cli", caller: { client: null, subject: null } },
      { status: "running", trigger: "mcp", caller: { client: "claude-code", subject: null } },
    ]);
    const { executor } = cliOf(daemon);
    const lines = expectSuccess(await executor(["executions", "list"]));
    expect(lines).toMatch(/^exec_\w{32} +running +mcp \(claude-code\) /m);
    expect(lines).toMatch(/^exec_\w{32} +running +cli /m);
    const [{ id } = { id: "" }] = await list();
    expect(expectSuccess(await executor(["executions", "show", id]))).toMatch(
      / running, by (mcp|cli).*\[log\] begun/s,
    );
  });

  it("are interrupted once the daemon was killed, and counted once, in a loop of crashes too", async () => {
    const before = (await list()).map(({ id }) => id);
    await killAndStart();
    const after = await list();
    expect(after.map(({ id }) => id)).toEqual(before);
    expect(after.map(({ status }) => status)).toEqual(["interrupted", "interrupted"]);
    expect(after.map(({ caller }) => caller.client)).toContain("claude-code");
    for (const trigger of ["mcp", "cli"]) {
      expect(await ended({ status: "interrupted", trigger })).toBe(1);
    }
    expect(await ended()).toBe(2);
    const reply = await daemon.request("GET", `/api/executions/${before[0]}`);
    expect(reply.json()).toMatchObject({ error: { name: "Interrupted" }, output: null });
    for (const _ of [1, 2]) {
      await killAndStart();
      expect(await list()).toEqual(after);
      expect(await ended()).toBe(0);
    }
  });
});
