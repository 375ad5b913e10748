import { describe, expect, it } from "@effect/vitest";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { Effect } from "effect";
import { connect, execute, initialize, post } from "./support/client.ts";
import { Served, served } from "./support/host.ts";
import { total } from "@executor/testing/series";
import { untilEffect } from "@executor/testing";

const cancelled = () => total("executor.executions", { status: "cancelled" });
const running = () => total("executor.execution.active", { state: "running" });
const streams = () => total("executor.mcp.streams.active", { "network.transport": "tcp" });

/** Starts a run that never ends by itself; `leave` stops waiting for it. */
const hang = (client: Client) => {
  const leaving = new AbortController();
  const call = { name: "execute", arguments: { code: "await tools.up.hang({})" } };
  const result = client
    .callTool(call, undefined, { signal: leaving.signal })
    .then(() => "answered")
    .catch(() => "left");
  return { result, leave: () => leaving.abort() };
};

/** A session of `holder` without a client, and so without an open stream. */
const sessionOf = (holder: string) =>
  Effect.gen(function* () {
    const response = yield* post(initialize, { "test-holder": holder });
    yield* Effect.promise(() => response.text());
    return response.headers.get("mcp-session-id") ?? "";
  });

const bareSession = sessionOf("");

const ping = (session: string) =>
  Effect.gen(function* () {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 2, method: "ping" });
    const response = yield* post(body, { "mcp-session-id": session });
    yield* Effect.promise(() => response.text());
    return response.status;
  });

describe("sessions", () => {
  it.scopedLive("cancels a run on its client's request, and closes its stream", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const before = { cancelled: cancelled(), streams: 0 };
      yield* untilEffect("the client listens", () => streams() > 0);
      before.streams = streams();
      const { result, leave } = hang(client);
      yield* untilEffect("it runs", () => running() === 1);
      leave();
      expect(yield* Effect.promise(() => result)).toBe("left");
      yield* untilEffect("it is cancelled", () => cancelled() === before.cancelled + 1);
      yield* untilEffect("its stream is closed", () => streams() === before.streams);
      expect(yield* execute(client, "return 1")).toMatchObject({ isError: false });
      expect(
        total("mcp.server.operation.duration", {
          "mcp.method.name": "tools/call",
          "error.type": "cancelled",
        }),
      ).toBeGreaterThan(0);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("counts a tool call that is under way as cancelled, and as no failure", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const calls = (labels: Readonly<Record<string, string>>) =>
        total("executor.source.calls", { "executor.source": "up", ...labels });
      const leaving = new AbortController();
      let calling = false;
      const before = [calls({ outcome: "cancelled" }), calls({})] as const;
      const result = client
        .callTool({ name: "execute", arguments: { code: "await tools.up.hang({})" } }, undefined, {
          signal: leaving.signal,
          onprogress: () => {
            calling = true;
          },
        })
        .catch(() => "left");
      yield* untilEffect("it calls the tool", () => calling);
      yield* Effect.sleep(100);
      leaving.abort();
      expect(yield* Effect.promise(() => result)).toBe("left");
      yield* untilEffect("it is counted", () => calls({}) === before[1] + 1);
      expect(calls({ outcome: "cancelled" })).toBe(before[0] + 1);
      expect(total("executor.tool.call.errors", { "executor.source": "up" })).toBe(0);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("cancels a run whose client has disconnected", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const before = cancelled();
      const { result } = hang(client);
      yield* untilEffect("it runs", () => running() === 1);
      yield* Effect.promise(() => client.close());
      yield* Effect.promise(() => result);
      yield* untilEffect("it is cancelled", () => cancelled() === before + 1);
      yield* untilEffect("no stream is left", () => streams() === 0);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("ends a session and its runs on DELETE", () =>
    Effect.gen(function* () {
      const { client, transport } = yield* connect();
      const { sessionId = "" } = transport;
      const before = cancelled();
      const { result } = hang(client);
      yield* untilEffect("it runs", () => running() === 1);
      yield* Effect.promise(() => transport.terminateSession());
      yield* untilEffect("it is cancelled", () => cancelled() === before + 1);
      expect(yield* ping(sessionId)).toBe(404);
      yield* Effect.promise(() => client.close());
      yield* Effect.promise(() => result);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("ends the session that was idle longest to make room", () =>
    Effect.gen(function* () {
      const first = yield* bareSession;
      const second = yield* bareSession;
      expect(yield* ping(first)).toBe(200);
      const third = yield* bareSession;
      expect(yield* Effect.all([ping(first), ping(second), ping(third)])).toEqual([200, 404, 200]);
    }).pipe(Effect.provide(served({ mcp: { maxSessions: 2 } }))),
  );

  it.scopedLive("ends no session of a holder with fewer to make room for one with many", () =>
    Effect.gen(function* () {
      const few = [yield* sessionOf("few"), yield* sessionOf("few")];
      const many: Array<string> = [];
      for (let count = 0; count < 12; count += 1) many.push(yield* sessionOf("many"));
      expect(yield* Effect.forEach(few, ping)).toEqual([200, 200]);
      few.push(yield* sessionOf("few"), yield* sessionOf("new"));
      expect(yield* Effect.forEach(few, ping)).toEqual([200, 200, 200, 200]);
      expect(yield* Effect.forEach(many, ping)).toEqual([...Array(10).fill(404), 200, 200]);
    }).pipe(Effect.provide(served({ mcp: { maxSessions: 6 } }))),
  );

  it.scopedLive("refuses another session rather than end that of a holder with as few", () =>
    Effect.gen(function* () {
      const idle = yield* sessionOf("few");
      yield* connect();
      yield* untilEffect("the client listens", () => streams() === 1);
      expect((yield* post(initialize)).status).toBe(503);
      expect(yield* ping(idle)).toBe(200);
    }).pipe(Effect.provide(served({ mcp: { maxSessions: 2 } }))),
  );

  it.scopedLive("refuses another session if every session is in use", () =>
    Effect.gen(function* () {
      yield* connect();
      yield* untilEffect("the client listens", () => streams() === 1);
      const refused = yield* post(initialize);
      expect(refused.status).toBe(503);
      expect(refused.headers.get("retry-after")).toBe("30");
      expect(yield* Effect.promise(() => refused.json())).toMatchObject({
        jsonrpc: "2.0",
        error: { code: -32000, message: expect.stringMatching(/^There are 1 sessions/) },
        id: null,
      });
    }).pipe(Effect.provide(served({ mcp: { maxSessions: 1 } }))),
  );

  it.scopedLive("ends sessions that are idle for too long", () =>
    Effect.gen(function* () {
      const { transport } = yield* connect();
      yield* untilEffect("the client listens", () => streams() === 1);
      const session = yield* bareSession;
      expect(yield* ping(session)).toBe(200);
      yield* Effect.sleep("1500 millis");
      expect(yield* ping(session)).toBe(404);
      expect(yield* ping(transport.sessionId ?? "")).toBe(200);
    }).pipe(Effect.provide(served({ mcp: { maxIdleMs: 1_000 } }))),
  );

  it.scopedLive("closes only the listening streams on request", () =>
    Effect.gen(function* () {
      const { client, transport } = yield* connect();
      yield* untilEffect("the client listens", () => streams() === 1);
      const { result, leave } = hang(client);
      yield* untilEffect("it runs", () => running() === 1);
      const { stopListening } = yield* Served;
      stopListening();
      yield* untilEffect("only the run's stream is left", () => streams() === 1);
      expect(running()).toBe(1);
      expect(yield* ping(transport.sessionId ?? "")).toBe(200);
      leave();
      yield* Effect.promise(() => result);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("serves many requests of a client in one session", () =>
    Effect.gen(function* () {
      const { url } = yield* Served;
      const { client, transport } = yield* connect();
      const results = yield* Effect.all(
        Array.from({ length: 20 }, (_, index) => execute(client, `return ${index}`)),
        { concurrency: "unbounded" },
      );
      results.forEach((result, index) => {
        expect(result).toMatchObject({ structuredContent: { result: index } });
      });
      const again = new StreamableHTTPClientTransport(new URL(url));
      expect(again.sessionId).toBeUndefined();
      expect(transport.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    }).pipe(Effect.provide(served())),
  );
});
