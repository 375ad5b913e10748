import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { until } from "@executor/testing";
import { join } from "node:path";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import {
  statelessOver,
  statelessTo,
  type StatelessClientOptions,
} from "../support/mcp/stateless-client.ts";
import { startPetShop } from "../support/upstreams/pet-shop.ts";
import type { PetShop } from "../support/upstreams/pet-shop.ts";

const main = join(import.meta.dirname, "..", "..", "apps", "local", "src", "main.ts");
const hang = "await new Promise(() => {})";
const add = (name: string) => `return await tools.shop.add({ body: { name: "${name}" } })`;

const ways = ["tcp", "pipe"] as const;

describe.each(ways)("clients of MCP 2026-07-28 over %s", (way) => {
  let daemon: Daemon;
  let shop: PetShop;
  const opened: Array<() => Promise<void>> = [];
  beforeAll(async () => {
    shop = startPetShop();
    daemon = await startDaemon();
    await apiClient(daemon).addSource({
      namespace: "shop",
      kind: "openapi",
      url: shop.documentUrl,
    });
  });
  afterAll(async () => {
    await Promise.all(opened.map((close) => close()));
    await daemon.stop();
    await shop.stop();
  });

  const connect = async (options?: StatelessClientOptions) => {
    const args = [main, "mcp", "--port", String(daemon.port)];
    const connected =
      way === "tcp"
        ? await statelessTo(daemon.url, options)
        : await statelessOver(new StdioClientTransport({ command: "bun", args }), options);
    opened.push(() => connected.client.close());
    return connected;
  };
  const counted = (name: string, labels: Record<string, string> = {}) =>
    apiClient(daemon).counted(name, labels);
  const operations = (labels: Record<string, string>) =>
    counted("mcp_server_operation_duration_seconds_count", {
      network_transport: way,
      mcp_protocol_version: "2026-07-28",
      ...labels,
    });

  it("list, call, hear progress and answer approvals", async () => {
    const asked: Array<string> = [];
    const { client, execute } = await connect({
      elicit: async ({ message }) => {
        asked.push(message);
        return { action: "accept" };
      },
    });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["execute", "resume"]);
    const told: Array<unknown> = [];
    const read = await execute("return await tools.shop.list({})", {
      onprogress: (progress) => told.push(progress),
    });
    expect(read).toMatchObject({ structuredContent: { result: { pets: [] } } });
    expect(told).toEqual([{ progress: 1, message: "Calling shop.list" }]);
    const both = `return await Promise.all(["Rex", "Senta"].map((name) => tools.shop.add({ body: { name } })))`;
    expect(await execute(both)).toMatchObject({
      structuredContent: { status: "completed", result: [{ number: 1 }, { number: 2 }] },
    });
    expect(asked).toHaveLength(2);
    expect(shop.added()).toEqual([{ name: "Rex" }, { name: "Senta" }]);
    expect(await operations({ gen_ai_tool_name: "execute" })).toBe(3);
  });

  it("are told when the tools change", async () => {
    const { changes } = await connect();
    await until(
      "it listens",
      async () => (await operations({ mcp_method_name: "subscriptions/listen" })) >= 2,
    );
    await daemon.request("POST", "/api/sources/shop/refresh", {});
    await until("the client heard of it", async () => changes() > 0);
  });

  it("cancel a call, and go on", async () => {
    const { execute } = await connect();
    const cancelled = () => counted("executor_executions_total", { status: "cancelled" });
    const before = await cancelled();
    const leaving = new AbortController();
    const run = execute(hang, { signal: leaving.signal });
    await until("it runs", async () => (await counted("executor_execution_active")) === 1);
    leaving.abort();
    await expect(run).rejects.toThrow(/abort/i);
    await until("it is cancelled", async () => (await cancelled()) === before + 1);
    expect(await execute("return 1")).toMatchObject({ structuredContent: { result: 1 } });
  });

  it("get the protocol's errors as they are", async () => {
    const { client } = await connect();
    await expect(client.callTool({ name: "shop.list", arguments: {} })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringMatching(/no tool shop.list/),
    });
  });

  it("continue with a restarted daemon, and hear that a paused run has ended with the old one", async () => {
    let restarted: Promise<void> | undefined;
    const { port, dataDirectory } = daemon;
    const restart = async () => {
      daemon.kill("SIGKILL");
      await daemon.exited;
      daemon = await startDaemon({ port, dataDirectory });
    };
    const { client, execute } = await connect({
      elicit: async () => {
        restarted ??= restart();
        await restarted;
        return { action: "accept" };
      },
    });
    expect(await execute(add("Waldi"))).toMatchObject({
      isError: true,
      structuredContent: { status: "interrupted" },
    });
    expect(await execute("return 2")).toMatchObject({ structuredContent: { result: 2 } });
    expect((await client.listTools()).tools[0]?.description).toContain("- shop:");
  });
});
