import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import type { ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { connectTo } from "../support/mcp/client.ts";
import type { McpClientOptions } from "../support/mcp/client.ts";
import { startPetShop } from "../support/upstreams/pet-shop.ts";
import type { PetShop } from "../support/upstreams/pet-shop.ts";
import { until } from "@executor/testing";

const add = (name: string) => `return await tools.shop.add({ body: { name: "${name}" } })`;
const hang = "await new Promise(() => {})";

describe("the MCP endpoint", () => {
  let daemon: Daemon;
  let shop: PetShop;
  const opened: Array<() => Promise<void>> = [];

  beforeAll(async () => {
    shop = startPetShop();
    daemon = await startDaemon();
  });
  afterAll(async () => {
    await Promise.all(opened.map((close) => close()));
    await daemon.stop();
    await shop.stop();
  });

  const connect = async (options?: McpClientOptions) => {
    const connected = await connectTo(daemon.url, options);
    opened.push(() => connected.client.close());
    return connected;
  };
  const counted = (name: string, labels: Record<string, string> = {}) =>
    apiClient(daemon).counted(name, labels);
  const approvals = (decision: string) => counted("executor_approvals_total", { decision });

  it("offers execute and resume, and tells when the sources change", async () => {
    const { client, changes } = await connect({ name: "claude-code" });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["execute", "resume"]);
    expect(tools[0]?.description).toContain("none yet");

    await apiClient(daemon).addSource({
      namespace: "shop",
      kind: "openapi",
      url: shop.documentUrl,
    });
    await until("the client heard of it", async () => changes() > 0);
    const again = await client.listTools();
    expect(again.tools[0]?.description).toContain("- shop: Pet shop (2 tools)");
  });

  it("runs code against the sources, and counts it as MCP's", async () => {
    const { execute } = await connect();
    const result = await execute(`
      const [found] = await tools.search({ query: "list pets", namespace: "shop" });
      console.log("found", found.path);
      const { pets } = await tools.shop.list({});
      return { pets };
    `);
    expect(result).toMatchObject({
      isError: false,
      structuredContent: {
        status: "completed",
        toolCalls: 2,
        result: { pets: [] },
        console: [{ level: "log", text: "found shop.list" }],
      },
    });
    expect(
      await counted("executor_executions_total", { trigger: "mcp", status: "completed" }),
    ).toBe(1);
  });

  it("tells a failure and a cut result as what they are", async () => {
    const { execute } = await connect();
    expect(await execute("return await tools.shop.sell({})")).toMatchObject({
      isError: true,
      structuredContent: {
        status: "failed",
        error: { name: "ToolError", message: expect.stringMatching(/no tool shop.sell/) },
      },
    });
    expect(await execute("return 'x'.repeat(50_000)")).toMatchObject({
      isError: false,
      structuredContent: { truncated: true, totalChars: 50_002 },
      content: [{ text: expect.stringMatching(/cut after 30000 of 50002 characters/) }],
    });
  });

  it("asks the person behind the client before it writes", async () => {
    const asked: Array<string> = [];
    const answers: Array<ElicitResult["action"]> = ["accept", "decline", "cancel"];
    const { execute } = await connect({
      elicit: async ({ message }) => {
        asked.push(message);
        return { action: answers[asked.length - 1] ?? "cancel" };
      },
    });
    const before = await Promise.all(["approved", "declined", "cancelled"].map(approvals));

    expect(await execute(add("Rex"))).toMatchObject({
      structuredContent: { status: "completed", result: { number: 1 } },
    });
    for (const name of ["Bello", "Waldi"]) {
      expect(await execute(add(name))).toMatchObject({
        isError: true,
        structuredContent: {
          error: { message: expect.stringMatching(/shop.add was not called/) },
        },
      });
    }
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatch(/May shop\.add be called\?.*"name": "Rex"/s);
    expect(shop.added()).toEqual([{ name: "Rex" }]);
    const after = await Promise.all(["approved", "declined", "cancelled"].map(approvals));
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 1]);
  });

  it("pauses for a client that cannot ask, and lets only its session go on", async () => {
    const { execute, call } = await connect();
    const stranger = await connect();
    const before = shop.added().length;
    const paused = (await execute(add("Hasso"))).structuredContent;
    expect(paused).toMatchObject({
      status: "paused",
      approvals: [{ tool: "shop.add", input: { body: { name: "Hasso" } } }],
    });
    const answer = {
      executionId: paused?.executionId,
      approvalId: paused?.approvals?.[0]?.approvalId,
      action: "accept",
    };
    expect(await stranger.call("resume", answer)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/belongs to another client/) }],
    });
    expect(shop.added()).toHaveLength(before);

    expect(await call("resume", answer)).toMatchObject({
      isError: false,
      structuredContent: { status: "completed", result: { number: before + 1 } },
    });
    expect(await call("resume", answer)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/waits for no answer: it has ended as completed/) }],
    });
    expect(shop.added()).toHaveLength(before + 1);
  });

  it("leaves a paused run to the operator when its session ends", async () => {
    const { execute, transport } = await connect();
    const before = shop.added().length;
    const paused = (await execute(add("Senta"))).structuredContent;
    await transport.terminateSession();
    const approvalId = paused?.approvals?.[0]?.approvalId;
    const resumed = await daemon.request("POST", `/api/executions/${paused?.executionId}/resume`, {
      approvalId,
      action: "accept",
    });
    expect(resumed.json()).toMatchObject({
      status: "completed",
      output: { value: { number: before + 1 } },
    });
  });

  it("stops a run that its client cancels", async () => {
    const { call } = await connect();
    const cancelled = () => counted("executor_executions_total", { status: "cancelled" });
    const before = await cancelled();
    const leaving = new AbortController();
    const run = call("execute", { code: hang }, { signal: leaving.signal });
    const running = async () => (await counted("executor_execution_active")) === 1;
    await until("it runs", running);
    leaving.abort();
    await expect(run).rejects.toThrow(/abort/i);
    await until("it is cancelled", async () => (await cancelled()) === before + 1);
    expect(await counted("executor_execution_active")).toBe(0);
  });

  it("tells a client that asked for it how far a run is", async () => {
    const { call } = await connect();
    const told: Array<unknown> = [];
    const code = "await tools.shop.list({}); await tools.shop.list({}); return 1";
    await call("execute", { code }, { onprogress: (progress) => told.push(progress) });
    expect(told).toEqual([
      { progress: 1, message: "Calling shop.list" },
      { progress: 2, message: "Calling shop.list" },
    ]);
  });

  it("serves 100 clients at once", async () => {
    const many = 100;
    const clients = await Promise.all(
      Array.from({ length: many }, () => connect({ name: "cursor-vscode" })),
    );
    const results = await Promise.all(
      clients.map(({ execute }, index) =>
        execute(`const { pets } = await tools.shop.list({}); return { of: ${index}, pets };`),
      ),
    );
    results.forEach((result, index) => {
      expect(result).toMatchObject({
        isError: false,
        structuredContent: { status: "completed", result: { of: index } },
      });
    });
    const listening = async () => (await counted("executor_mcp_streams_active")) >= many;
    await until("all of them listen", listening);
    await Promise.all(clients.map(({ client }) => client.close()));
  });

  it("measures its operations, clients and requests", async () => {
    expect(await counted("executor_client_requests_total", { mcp_client_name: "cursor" })).toBe(
      200,
    );
    const operations = "mcp_server_operation_duration_seconds_count";
    const execute = { mcp_method_name: "tools/call", gen_ai_tool_name: "execute" };
    expect(await counted(operations, { ...execute, network_transport: "tcp" })).toBeGreaterThan(
      100,
    );
    expect(await counted(operations, { ...execute, error_type: "cancelled" })).toBe(1);
    expect(await counted(operations, { ...execute, error_type: "tool_error" })).toBe(3);
    expect(await counted(operations, { gen_ai_tool_name: "resume" })).toBe(3);
    expect(
      await counted("http_server_request_duration_seconds_count", {
        http_route: "/mcp",
        http_request_method: "POST",
        http_response_status_code: "200",
      }),
    ).toBeGreaterThan(200);
  });

  it("has met nothing unexpected", () => {
    expect(daemon.log()).not.toMatch(/level=(WARN|ERROR|FATAL)/);
  });
});
