import { describe, expect, it } from "@effect/vitest";
import { untilEffect } from "@executor/testing";
import { total } from "@executor/testing/series";
import { Effect } from "effect";
import { Served, served, source } from "./support/host.ts";
import { connectStateless, send } from "./support/stateless-client.ts";

const call = (code: string) => ({ name: "execute", arguments: { code } });
const cancelled = () => total("executor.executions", { status: "cancelled" });
const running = () => total("executor.execution.active", { state: "running" });
const streams = () => total("executor.mcp.streams.active", { "network.transport": "tcp" });
const operations = (labels: Readonly<Record<string, string>>) =>
  total("mcp.server.operation.duration", { "mcp.protocol.version": "2026-07-28", ...labels });

describe("clients without sessions", () => {
  it.scopedLive("discover the server, list its tools and call them", () =>
    Effect.gen(function* () {
      const client = yield* connectStateless({ name: "claude-code" });
      expect(client.getServerVersion()).toMatchObject({ name: "executor", version: "1.2.3" });
      const { tools } = yield* Effect.promise(() => client.listTools());
      expect(tools.map(({ name }) => name)).toEqual(["execute", "resume"]);
      expect(tools[0]?.description).toContain("- up: Upstream (5 tools)");
      const result = yield* Effect.promise(() =>
        client.callTool(call("return await tools.up.echo({ a: 1 })")),
      );
      expect(result).toMatchObject({
        isError: false,
        structuredContent: { status: "completed", result: { a: 1 } },
        content: [{ type: "text", text: 'Result:\n{"a":1}' }],
      });
      const listed = yield* send("tools/list");
      expect(listed.message).toMatchObject({
        result: { resultType: "complete", ttlMs: 5000, cacheScope: "private" },
      });
      expect(yield* send("tools/list")).toEqual(listed);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("hear progress that they asked for", () =>
    Effect.gen(function* () {
      const client = yield* connectStateless();
      const told: Array<unknown> = [];
      yield* Effect.promise(() =>
        client.callTool(call("await tools.up.steps({})"), {
          onprogress: (progress) => told.push(progress),
        }),
      );
      expect(told).toEqual([
        { progress: 1, message: "Calling up.steps" },
        { progress: 2, message: "up.steps: 1 of 2, half" },
        { progress: 3, message: "up.steps: 2 of 2" },
      ]);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("are told when the tools change, until the host stops listening", () =>
    Effect.gen(function* () {
      let changes = 0;
      yield* connectStateless({ onToolsChanged: () => (changes += 1) });
      yield* untilEffect("it listens", () => streams() === 1);
      const { sources, stopListening } = yield* Served;
      yield* sources.add(source("another"));
      yield* untilEffect("it heard of it", () => changes > 0);
      stopListening();
      yield* untilEffect("its stream is closed", () => streams() === 0);
      const late = { notifications: { toolsListChanged: true } };
      expect((yield* send("subscriptions/listen", late)).status).toBe(503);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("cannot listen in any number", () =>
    Effect.gen(function* () {
      yield* connectStateless({ onToolsChanged: () => undefined });
      yield* untilEffect("it listens", () => streams() === 1);
      const another = { notifications: { toolsListChanged: true } };
      expect((yield* send("subscriptions/listen", another)).message).toMatchObject({
        error: { message: "Subscription limit reached" },
      });
    }).pipe(Effect.provide(served({ mcp: { maxSessions: 1 } }))),
  );

  it.scopedLive("cancel a run by leaving", () =>
    Effect.gen(function* () {
      const client = yield* connectStateless();
      const before = cancelled();
      const leaving = new AbortController();
      const run = client
        .callTool(call("await tools.up.hang({})"), { signal: leaving.signal })
        .catch(() => "left");
      yield* untilEffect("it runs", () => running() === 1);
      leaving.abort();
      expect(yield* Effect.promise(() => run)).toBe("left");
      yield* untilEffect("it is cancelled", () => cancelled() === before + 1);
      yield* untilEffect("its stream is closed", () => streams() === 0);
      expect(operations({ "mcp.method.name": "tools/call", "error.type": "cancelled" })).toBe(1);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("are measured by method, tool and error, under their version", () =>
    Effect.gen(function* () {
      const requests = () => total("executor.client.requests", { "mcp.client.name": "cursor" });
      const before = requests();
      const list = operations({ "mcp.method.name": "tools/list" });
      const client = yield* connectStateless({ name: "cursor" });
      yield* Effect.promise(() => client.listTools());
      yield* Effect.promise(() => client.callTool(call("throw 1")));
      const unknown = yield* send("tools/call", { name: "up.echo", arguments: {} });
      expect(unknown.message).toMatchObject({
        error: { code: -32602, message: expect.stringMatching(/no tool up.echo/) },
      });
      expect((yield* send("made/up")).status).toBe(404);
      expect(requests() - before).toBe(3);
      expect(operations({ "mcp.method.name": "tools/list" }) - list).toBe(1);
      expect(operations({ "mcp.method.name": "server/discover" })).toBeGreaterThan(0);
      expect(operations({ "gen_ai.tool.name": "execute", "error.type": "tool_error" })).toBe(1);
      const refusal = { "gen_ai.tool.name": "_OTHER", "rpc.response.status_code": "-32602" };
      expect(operations(refusal)).toBe(1);
      const missing = { "mcp.method.name": "_OTHER", "rpc.response.status_code": "-32601" };
      expect(operations(missing)).toBe(1);
      expect(streams()).toBe(0);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("get errors of the protocol for requests that contradict themselves", () =>
    Effect.gen(function* () {
      const otherName = yield* send("tools/call", call("return 1"), {
        headers: { "mcp-name": "resume" },
      });
      expect(otherName).toMatchObject({ status: 400, message: { error: { code: -32020 } } });
      const otherMethod = yield* send("tools/list", {}, { headers: { "mcp-method": "ping" } });
      expect(otherMethod).toMatchObject({ status: 400, message: { error: { code: -32020 } } });
      const version = { "mcp-protocol-version": "2030-01-01" };
      expect((yield* send("tools/list", {}, { headers: version })).status).toBe(400);
      expect(yield* send("initialize")).toMatchObject({ status: 404 });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("are answered right, 1,000 requests at once of 100 clients", () =>
    Effect.gen(function* () {
      const indexes = Array.from({ length: 1_000 }, (_, index) => index);
      const answers = yield* Effect.forEach(
        indexes,
        (index) =>
          send("tools/call", call(`return await tools.up.echo({ of: ${index} })`), {
            headers: { "test-holder": `client-${index % 100}` },
          }),
        { concurrency: "unbounded" },
      );
      answers.forEach(({ message }, index) =>
        expect(message).toMatchObject({
          result: { isError: false, structuredContent: { result: { of: index } } },
        }),
      );
      yield* untilEffect("no stream is left", () => streams() === 0);
    }).pipe(Effect.provide(served())),
  );
});
