import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { request as httpRequest } from "node:http";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { connectTo, initializeRequest } from "../support/mcp/client.ts";
import { until } from "@executor/testing";

const hang = "await new Promise(() => {})";
const accept = "application/json, text/event-stream";
const ping = { jsonrpc: "2.0", id: 2, method: "ping" };

describe("the MCP endpoint's sessions", () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.stop());

  const counted = (name: string, labels: Record<string, string> = {}) =>
    apiClient(daemon).counted(name, labels);
  const cancelled = () => counted("executor_executions_total", { status: "cancelled" });
  const active = () => counted("executor_execution_active");

  const post = (message: unknown, headers: Record<string, string> = {}) =>
    daemon.request("POST", "/mcp", message, { accept, ...headers });
  const begin = async () => (await post(initializeRequest)).headers.get("mcp-session-id") ?? "";
  const inSession = (session: string) => ({ "mcp-session-id": session });

  it("end on DELETE, with their runs", async () => {
    const { transport, call, client } = await connectTo(daemon.url);
    const { sessionId = "" } = transport;
    const before = await cancelled();
    const run = call("execute", { code: hang }).catch(() => "ended");
    await until("it runs", async () => (await active()) === 1);
    await transport.terminateSession();
    await until("it is cancelled", async () => (await cancelled()) === before + 1);
    expect((await post(ping, inSession(sessionId))).status).toBe(404);
    await client.close();
    expect(await run).toBe("ended");
  });

  it("lose the runs of a client that is gone", async () => {
    const { call, client } = await connectTo(daemon.url);
    const before = await cancelled();
    const run = call("execute", { code: hang }).catch(() => "left");
    await until("it runs", async () => (await active()) === 1);
    await client.close();
    expect(await run).toBe("left");
    await until("it is cancelled", async () => (await cancelled()) === before + 1);
    await until("its streams are closed", async () => {
      return (await counted("executor_mcp_streams_active")) === 0;
    });
  });

  it("are a thousand at most: the one that was idle longest makes room", async () => {
    const kept = await connectTo(daemon.url);
    const sessions: Array<string> = [];
    while (sessions.length < 1_000) {
      const started = await Promise.all(Array.from({ length: 50 }, begin));
      sessions.push(...started);
    }
    expect(new Set(sessions).size).toBe(1_000);
    const statuses = await Promise.all(
      [sessions[0], sessions[999]].map(async (session = "") => {
        return (await post(ping, inSession(session))).status;
      }),
    );
    expect(statuses).toEqual([404, 200]);
    // A session whose client listens is not idle.
    await kept.client.ping();
    await kept.client.close();
  });

  it("answer junk with an error, and go on", async () => {
    const session = await begin();
    const send = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${daemon.url}/mcp`, {
        method: "POST",
        headers: { "content-type": "application/json", accept, ...headers },
        body,
      });
    const text = JSON.stringify;
    const junk: ReadonlyArray<readonly [string, Record<string, string>, number]> = [
      ["", {}, 400],
      ["not json", {}, 400],
      [text(ping), {}, 400],
      [text(ping), inSession("made-up"), 404],
      ["[".repeat(100_000), inSession(session), 400],
      [text({ jsonrpc: "2.0", id: {}, method: 7 }), inSession(session), 400],
      [text(initializeRequest), inSession(session), 400],
      [text(initializeRequest), { "content-type": "text/plain" }, 415],
      [text(ping), { ...inSession(session), "mcp-protocol-version": "1999-01-01" }, 400],
      [`"${"x".repeat(5 * 1024 * 1024)}"`, inSession(session), 413],
    ];
    for (const [body, headers, status] of junk) {
      const response = await send(body, headers);
      expect({ body: body.slice(0, 60), status: response.status }).toEqual({
        body: body.slice(0, 60),
        status,
      });
      expect(await response.json()).toMatchObject({
        jsonrpc: "2.0",
        error: { code: expect.any(Number), message: expect.any(String) },
      });
    }
    expect((await post(ping, inSession(session))).status).toBe(200);
    expect((await daemon.request("PUT", "/mcp")).status).toBe(405);
  });

  it("are closed to other sites' pages and to other names of this machine", async () => {
    /** Below `fetch`, which decides on `Host` itself. */
    const ask = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const sent = httpRequest(
          {
            host: "127.0.0.1",
            port: daemon.port,
            path: "/mcp",
            method: "POST",
            headers: { "content-type": "application/json", accept, ...headers },
          },
          (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          },
        );
        sent.on("error", reject);
        sent.end(JSON.stringify(initializeRequest));
      });
    const attacks = [
      { host: "evil.example" },
      { host: `evil.example:${daemon.port}` },
      { host: `127.0.0.1.evil.example:${daemon.port}` },
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: `http://localhost:${daemon.port + 1}` },
    ];
    const before = await counted("executor_auth_attempts_total", { surface: "mcp" });
    for (const headers of attacks) expect(await ask(headers)).toBe(403);
    expect(await ask({ origin: `http://localhost:${daemon.port}` })).toBe(200);
    expect(
      (await counted("executor_auth_attempts_total", { surface: "mcp", outcome: "refused" })) -
        before,
    ).toBe(attacks.length);
    expect(
      await counted("http_server_request_duration_seconds_count", {
        http_route: "/mcp",
        http_response_status_code: "403",
      }),
    ).toBe(attacks.length);
  });

  it("let a run under way end when the daemon stops", async () => {
    const { call, client } = await connectTo(daemon.url);
    const code = `
      const started = Date.now();
      while (Date.now() - started < 500) await tools.executor.sources.list({});
      return "done";
    `;
    const run = call("execute", { code });
    await until("it runs", async () => (await active()) === 1);
    daemon.kill("SIGTERM");
    expect(await run).toMatchObject({ structuredContent: { result: "done" } });
    await client.close();
    expect(await daemon.exited).toBe(0);
    expect(daemon.log()).not.toMatch(/level=(WARN|ERROR|FATAL)/);
  });
});
