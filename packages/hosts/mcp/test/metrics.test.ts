import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { connect, execute, initialize, post } from "./support/client.ts";
import { served } from "./support/host.ts";
import { estimateTokens, snapshot } from "@executor/telemetry";
import { gaugeValue, observed, total } from "@executor/testing/series";
import { untilEffect } from "@executor/testing";

const operations = (labels: Readonly<Record<string, string>>) =>
  total("mcp.server.operation.duration", labels);
const streams = (transport: string) =>
  total("executor.mcp.streams.active", { "network.transport": transport });

describe("metrics", () => {
  it.scopedLive("measures each operation once, by its method, tool and error", () =>
    Effect.gen(function* () {
      const { client } = yield* connect({ name: "claude-code" });
      yield* Effect.promise(() => client.listTools());
      yield* execute(client, "return 1");
      yield* execute(client, "throw 1");
      const unknown = { name: "github.repos.get", arguments: {} };
      yield* Effect.promise(() => client.callTool(unknown).catch(() => undefined));

      const tcp = { "network.transport": "tcp" };
      const counts = {
        initialize: operations({ ...tcp, "mcp.method.name": "initialize" }),
        initialized: operations({ ...tcp, "mcp.method.name": "notifications/initialized" }),
        list: operations({ ...tcp, "mcp.method.name": "tools/list" }),
        execute: operations({ ...tcp, "gen_ai.tool.name": "execute" }),
        failed: operations({ "gen_ai.tool.name": "execute", "error.type": "tool_error" }),
        unknown: operations({
          "gen_ai.tool.name": "_OTHER",
          "gen_ai.operation.name": "execute_tool",
          "rpc.response.status_code": "-32602",
        }),
        tools: operations({ "gen_ai.operation.name": "execute_tool" }),
        version: operations({ "mcp.protocol.version": "2025-11-25" }),
      };
      expect(counts).toEqual({
        initialize: 1,
        initialized: 1,
        list: 1,
        execute: 2,
        failed: 1,
        unknown: 1,
        tools: 3,
        version: 6,
      });
      // The client's mistake is no failure of the server.
      const mistakes = snapshot().filter(({ metricKey: { name, tags } }) => {
        const labels = new Map(tags.map(({ key, value }) => [key, value]));
        return (
          name === "mcp.server.operation.duration" &&
          labels.get("rpc.response.status_code") === "-32602" &&
          labels.has("error.type")
        );
      });
      expect(mistakes).toEqual([]);
      // initialize, tools/list and three calls.
      expect(total("executor.client.requests", { "mcp.client.name": "claude-code" })).toBe(5);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("measures what the list of tools costs a client's context, in tokens", () =>
    Effect.gen(function* () {
      const { client } = yield* connect({ name: "claude-code" });
      const { tools } = yield* Effect.promise(() => client.listTools());
      const listed = tools.map(({ name, description, inputSchema }) =>
        JSON.stringify({ name, description, inputSchema }),
      );
      const tokens = gaugeValue("executor.tool.listing.tokens", { listing: "code_mode" }) ?? 0;
      expect(Math.abs(tokens / estimateTokens(listed.join(",")) - 1)).toBeLessThan(0.02);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("distinguishes stdio from HTTP, and labels unknown clients and methods", () =>
    Effect.gen(function* () {
      const before = total("executor.client.requests", { "mcp.client.name": "_OTHER" });
      const begun = yield* post(initialize, { "executor-transport": "pipe" });
      yield* Effect.promise(() => begun.text());
      const headers = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
      const answer = yield* post('{"jsonrpc":"2.0","id":2,"method":"made/up"}', headers);
      yield* Effect.promise(() => answer.text());
      expect(
        operations({
          "mcp.method.name": "_OTHER",
          "rpc.response.status_code": "-32601",
          "network.transport": "pipe",
        }),
      ).toBe(1);
      expect(total("executor.client.requests", { "mcp.client.name": "_OTHER" }) - before).toBe(2);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("measures a session once, from its beginning to its end", () =>
    Effect.gen(function* () {
      const labels = { "network.transport": "tcp", "mcp.protocol.version": "2025-11-25" };
      const sessions = () => total("mcp.server.session.duration", labels);
      const seconds = () => observed("mcp.server.session.duration", labels);
      const before = [sessions(), seconds()] as const;
      const { transport } = yield* connect();
      yield* Effect.sleep(200);
      yield* Effect.promise(() => transport.terminateSession());
      yield* untilEffect("it is measured", () => sessions() === before[0] + 1);
      expect(seconds() - before[1]).toBeGreaterThan(0.2);
      expect(seconds() - before[1]).toBeLessThan(5);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("leaves out the time that a person takes to answer", () =>
    Effect.gen(function* () {
      const recorded = () =>
        observed("mcp.server.operation.duration", { "mcp.method.name": "tools/call" });
      let asked = 0;
      const { client } = yield* connect({
        elicit: async () => {
          const began = performance.now();
          await Bun.sleep(300);
          asked = (performance.now() - began) / 1000;
          return { action: "accept" };
        },
      });
      const before = recorded();
      const began = performance.now();
      const result = yield* execute(client, "return await tools.up.write({})");
      const took = (performance.now() - began) / 1000;
      expect(result).toMatchObject({ isError: false });
      expect(asked).toBeGreaterThan(0);
      expect(recorded() - before).toBeLessThan(took - asked);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("counts the streams that are open", () =>
    Effect.gen(function* () {
      yield* untilEffect("none is open", () => streams("tcp") === 0);
      const { client } = yield* connect();
      yield* untilEffect("the client listens", () => streams("tcp") === 1);
      yield* connect();
      yield* untilEffect("both listen", () => streams("tcp") === 2);
      yield* Effect.promise(() => client.close());
      yield* untilEffect("one listens", () => streams("tcp") === 1);
    }).pipe(Effect.provide(served())),
  );
});
