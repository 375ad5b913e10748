import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { join } from "node:path";
import { apiClient } from "../support/daemon/api-client.ts";
import { runExecutor } from "../support/cli/command.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { freePort, until } from "@executor/testing";
import { connectOver, initializeRequest } from "../support/mcp/client.ts";
import type { McpClientOptions } from "../support/mcp/client.ts";
import { runPeer } from "../support/mcp/peers.ts";
import { startPetShop } from "../support/upstreams/pet-shop.ts";
import type { PetShop } from "../support/upstreams/pet-shop.ts";

const main = join(import.meta.dirname, "..", "..", "apps", "local", "src", "main.ts");
const hang = "await new Promise(() => {})";
const add = `return await tools.shop.add({ body: { name: "Rex" } })`;

describe("executor mcp", () => {
  let daemon: Daemon;
  let shop: PetShop;
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
    await daemon.stop();
    await shop.stop();
  });

  const start = async (options?: McpClientOptions) => {
    const transport = new StdioClientTransport({
      command: "bun",
      args: [main, "mcp", "--port", String(daemon.port)],
      stderr: "pipe",
    });
    let stderr = "";
    transport.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const connected = await connectOver(transport, options);
    return { ...connected, stderr: () => stderr };
  };
  const counted = (name: string, labels: Record<string, string> = {}) =>
    apiClient(daemon).counted(name, labels);
  const cancelled = () => counted("executor_executions_total", { status: "cancelled" });
  const active = () => counted("executor_execution_active");

  it("lists, runs, reports progress and asks, as over HTTP", async () => {
    const asked: Array<string> = [];
    const { client, call, execute, stderr } = await start({
      elicit: async ({ message }) => {
        asked.push(message);
        return { action: "accept" };
      },
    });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["execute", "resume"]);
    const told: Array<unknown> = [];
    const reading = { code: "return await tools.shop.list({})" };
    expect(
      await call("execute", reading, { onprogress: (progress) => told.push(progress) }),
    ).toMatchObject({ structuredContent: { result: { pets: [] } } });
    expect(told).toEqual([{ progress: 1, message: "Calling shop.list" }]);
    expect(await execute(add)).toMatchObject({ structuredContent: { result: { number: 1 } } });
    expect(asked).toEqual([expect.stringContaining("May shop.add be called?")]);
    await client.close();
    expect(stderr()).toBe("");
    const pipe = { network_transport: "pipe", gen_ai_tool_name: "execute" };
    expect(await counted("mcp_server_operation_duration_seconds_count", pipe)).toBe(2);
  });

  it("forwards the daemon's notifications", async () => {
    const { client, changes } = await start();
    await until("it listens", async () => {
      return (await counted("executor_mcp_streams_active", { network_transport: "pipe" })) === 1;
    });
    await daemon.request("POST", "/api/sources/shop/refresh", {});
    await until("the client heard of it", async () => changes() > 0);
    await client.close();
  });

  it("cancels the call that its client cancels, and keeps the session", async () => {
    const { client, call, execute } = await start();
    const before = await cancelled();
    const leaving = new AbortController();
    const run = call("execute", { code: hang }, { signal: leaving.signal });
    await until("it runs", async () => (await active()) === 1);
    leaving.abort();
    await expect(run).rejects.toThrow(/abort/i);
    await until("it is cancelled", async () => (await cancelled()) === before + 1);
    expect(await execute("return 1")).toMatchObject({ structuredContent: { result: 1 } });
    await client.close();
  });

  it("ends its session and the runs in it when its client closes standard input", async () => {
    const { client, call } = await start();
    const before = await cancelled();
    const run = call("execute", { code: hang }).catch(() => "closed");
    await until("it runs", async () => (await active()) === 1);
    await client.close();
    expect(await run).toBe("closed");
    await until("it is cancelled", async () => (await cancelled()) === before + 1);
    const deleted = {
      http_route: "/mcp",
      http_request_method: "DELETE",
      http_response_status_code: "200",
    };
    expect(await counted("http_server_request_duration_seconds_count", deleted)).toBe(4);
  });

  it("carries many messages at once, and loses none", async () => {
    const { client, execute } = await start();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        execute(`return { index: ${index}, text: "ü".repeat(5_000) }`),
      ),
    );
    results.forEach((result, index) => {
      expect(result).toMatchObject({
        structuredContent: { result: { index, text: "ü".repeat(5_000) } },
      });
    });
    await client.close();
  });

  it("answers what was asked before standard input ended", async () => {
    const messages = [
      initializeRequest,
      { jsonrpc: "2.0", method: "notifications/initialized" },
      { jsonrpc: "2.0", id: "last", method: "tools/list" },
    ];
    const { stdout } = await runExecutor(["mcp", "--port", String(daemon.port)], {
      stdin: messages.map((message) => `${JSON.stringify(message)}\n`).join(""),
    });
    expect(stdout).toContain('"id":"last"');
  });

  it("answers a line that is not a message, and continues", async () => {
    const { code, stdout, stderr } = await runExecutor(["mcp", "--port", String(daemon.port)], {
      stdin: `{ not json\n{"no":"message"}\n${JSON.stringify(initializeRequest)}\n`,
    });
    const answers = stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(answers).toEqual([
      { jsonrpc: "2.0", error: { code: -32700, message: "Not a JSON-RPC message." } },
      {
        jsonrpc: "2.0",
        id: 0,
        result: expect.objectContaining({ serverInfo: expect.anything() }),
      },
    ]);
    expect(stderr).toMatch(/not a message of MCP's/);
    expect(code).toBe(0);
  });

  it("says how to start a daemon if none runs", async () => {
    const port = await freePort();
    const { stdout, stderr } = await runExecutor(["mcp", "--port", String(port)], {
      stdin: `${JSON.stringify(initializeRequest)}\n`,
    });
    const message = `No daemon answers on port ${port}. Start one with: executor serve`;
    expect(JSON.parse(stdout)).toEqual({ jsonrpc: "2.0", id: 0, error: { code: -32000, message } });
    expect(stderr.trim()).toBe(message);
  });

  it("continues with a restarted daemon", async () => {
    const { client, call, execute, stderr } = await start();
    const run = call("execute", { code: hang });
    await until("it runs", async () => (await active()) === 1);
    const { port, dataDirectory } = daemon;
    daemon.kill("SIGKILL");
    await expect(run).rejects.toThrow(/The daemon ended before it had answered/);
    await daemon.exited;
    await expect(execute("return 1")).rejects.toThrow(/No daemon answers on port/);

    daemon = await startDaemon({ port, dataDirectory });
    expect(await execute("return 2")).toMatchObject({ structuredContent: { result: 2 } });
    expect((await client.listTools()).tools[0]?.description).toContain("- shop:");
    await client.close();
    expect(stderr()).toMatch(/executor serve/);
  });
});

describe("the protocol's inspector", () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.stop());

  const inspect = (...args: ReadonlyArray<string>) =>
    runPeer("@modelcontextprotocol/inspector/clients/launcher/build/index.js", ["--cli", ...args]);

  const ways: ReadonlyArray<readonly [string, () => ReadonlyArray<string>]> = [
    ["HTTP", () => [`${daemon.url}/mcp`]],
    ["stdio", () => ["bun", main, "mcp", "-e", `EXECUTOR_PORT=${daemon.port}`]],
  ];
  const eras = ["legacy", "modern"];
  for (const [[name, target], era] of ways.flatMap((way) =>
    eras.map((spoken) => [way, spoken] as const),
  )) {
    it(`lists and calls over ${name} in the ${era} era`, async () => {
      const inEra = ["--protocol-era", era];
      const listed = await inspect(...target(), ...inEra, "--method", "tools/list");
      expect(JSON.parse(listed.stdout)).toMatchObject({
        tools: [{ name: "execute" }, { name: "resume" }],
      });
      const called = await inspect(
        ...target(),
        ...inEra,
        "--method",
        "tools/call",
        "--tool-name",
        "execute",
        "--tool-arg",
        "code=return 6 * 7",
      );
      expect(JSON.parse(called.stdout)).toMatchObject({
        isError: false,
        structuredContent: { status: "completed", result: 42 },
      });
    });
  }
});
