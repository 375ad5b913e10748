import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { mcpSourceClient } from "../support/upstreams/everything-client.ts";
import { callEveryTool, everyAnswer } from "../support/upstreams/everything-called.ts";
import { processesWith } from "../support/upstreams/everything-processes.ts";
import { everythingProgram, startEverything } from "../support/upstreams/everything.ts";
import type { Everything } from "../support/upstreams/everything.ts";
import { until } from "@executor/testing";
import { machineSlackMs } from "@executor/testing/process";

/** How the failure of a call looks to agent code. */
const failureOf = (call: string): string =>
  `try { return await ${call} } catch (error) { return { code: error.code, message: error.message } }`;

const programMark = "server-everything/dist/index.js stdio";

interface Upstream {
  /** The source's settings. */
  readonly settings: () => Record<string, unknown>;
  readonly start: () => Promise<void>;
  readonly kill: () => void;
  readonly startAgain: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const overHttp = (transport: "streamableHttp" | "sse"): Upstream => {
  let server: Everything | undefined;
  return {
    settings: () => ({ url: server?.url }),
    start: async () => {
      server = await startEverything(transport);
    },
    kill: () => server?.kill("SIGKILL"),
    startAgain: async () => {
      await server?.stop();
      server = await startEverything(transport, server?.port);
    },
    stop: async () => server?.stop(),
  };
};

const overStdio: Upstream = {
  settings: everythingProgram,
  start: async () => {},
  kill: () => {
    for (const pid of processesWith(programMark)) process.kill(pid, "SIGKILL");
  },
  startAgain: async () => {},
  stop: async () => {},
};

const transports: ReadonlyArray<readonly [string, Upstream]> = [
  ["streamable HTTP", overHttp("streamableHttp")],
  ["SSE", overHttp("sse")],
  ["stdio", overStdio],
];

describe.each(transports)("server-everything as a source over %s", (_, upstream) => {
  let daemon: Daemon;
  let client: ReturnType<typeof mcpSourceClient>;
  const source = { executor_source: "every" };

  beforeAll(async () => {
    await upstream.start();
    daemon = await startDaemon();
    client = mcpSourceClient(daemon);
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop();
  });

  it("becomes tools", async () => {
    const added = await client.add("every", upstream.settings());
    expect(added).toMatchObject({ name: "Everything Reference Server" });
    const said = expect.stringMatching(/Everything Server/);
    expect(added).toMatchObject({ instructions: said });
    const listed = await client.run("return await tools.executor.sources.list({})");
    expect(listed.output?.value).toContainEqual(
      expect.objectContaining({ namespace: "every", instructions: said }),
    );
    await until(
      "all of its tools are there",
      async () => (await client.counted("executor_source_tools", source)) === 14,
    );
    const { items } = await apiClient(daemon).searchTools({ namespace: "every", limit: "100" });
    expect(items.map(({ address }) => address)).toEqual(
      Object.keys(everyAnswer)
        .map((name) => `every.${name}`)
        .toSorted(),
    );
  });

  it("asks before what is not marked read-only", async () => {
    const asked = await client.run(`return await tools.every.toggleSimulatedLogging({})`);
    expect(asked).toMatchObject({
      status: "paused",
      approvals: [{ kind: "approval", address: "every.toggleSimulatedLogging" }],
    });
    const reply = await daemon.request("POST", `/api/executions/${asked.id}/resume`, {
      approvalId: asked.approvals[0]?.id,
      action: "decline",
    });
    expect(reply.json()).toMatchObject({ status: "failed" });
  });

  it("answers every tool, and its questions are a person's", async () => {
    await client.allowAll("every");
    const form = await client.run(callEveryTool("every"));
    expect(form).toMatchObject({
      status: "paused",
      approvals: [
        {
          kind: "form",
          address: "every.triggerElicitationRequest",
          message: "Please provide inputs for the following fields:",
          requestedSchema: { type: "object", required: ["name"] },
        },
      ],
    });
    const inTask = await client.answer(form, { name: "Ada" });
    expect(inTask).toMatchObject({
      status: "paused",
      approvals: [{ kind: "form", address: "every.simulateResearchQuery" }],
    });
    const ended = await client.answer(inTask, { interpretation: "snake" });
    expect(ended.error).toBeNull();
    expect(ended.output?.value).toMatchObject(everyAnswer);
    const calls = { ...source, outcome: "ok" };
    expect(await client.counted("executor_tool_calls_total", calls)).toBe(16);
    const operations = { ...source, mcp_method_name: "tools/call" };
    expect(await client.counted("mcp_client_operation_duration_seconds_count", operations)).toBe(
      16,
    );
  });

  it("answers fifty calls at once", async () => {
    const ended = await client.run(`
      const messages = Array.from({ length: 50 }, (_, index) => "message " + index);
      return (await Promise.all(messages.map((message) => tools.every.echo({ message }))))
        .every((reply, index) => reply === "Echo: message " + index);
    `);
    expect(ended.output).toMatchObject({ value: true });
  });

  it("is down when it is killed in mid-call, and up again with the next call after it is back", async () => {
    const errors = { ...source, error_type: "connection_error" };
    const before = await client.counted("executor_tool_call_errors_total", errors);
    expect(await client.counted("executor_source_up", source)).toBe(1);
    const dying = client.run(
      failureOf("tools.every.triggerLongRunningOperation({ duration: 20, steps: 40 })"),
    );
    await sleep(1_500 + (await machineSlackMs()));
    upstream.kill();
    const ended = await dying;
    expect(ended.output?.value).toMatchObject({
      code: "upstream_error",
      message: expect.stringMatching(/broke|closed|ended/),
    });
    expect(await client.counted("executor_source_up", source)).toBe(0);
    expect(await client.counted("executor_tool_call_errors_total", errors)).toBe(before + 1);
    expect(
      await client.counted("mcp_client_operation_duration_seconds_count", {
        ...errors,
        mcp_method_name: "tools/call",
      }),
    ).toBeGreaterThan(0);

    await upstream.startAgain();
    const again = await client.run(`return await tools.every.echo({ message: "back" })`);
    expect(again.output).toMatchObject({ value: "Echo: back" });
    expect(await client.counted("executor_source_up", source)).toBe(1);
  });

  it("can be refreshed and removed", async () => {
    const refreshed = await daemon.request("POST", "/api/sources/every/refresh", {});
    expect(refreshed).toMatchObject({ status: 200 });
    const removed = await daemon.request("DELETE", "/api/sources/every");
    expect(removed.status).toBeLessThan(300);
  });
});
