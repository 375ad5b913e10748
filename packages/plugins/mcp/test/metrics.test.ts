import { SourceInUse } from "@executor/sdk";
import { snapshot } from "@executor/telemetry";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Fiber } from "effect";
import { httpServer } from "./support/http-server.ts";
import { answering, call, plugin, settingsOf } from "./support/source.ts";
import { untilEffect } from "@executor/testing";
import { total } from "@executor/testing/series";

/** Source, method, tool, error and code of every series, with how often it was recorded. */
const recorded = (): Record<string, number> =>
  Object.fromEntries(
    snapshot()
      .filter(({ metricKey }) => metricKey.name === "mcp.client.operation.duration")
      .map(({ metricKey, metricState }) => {
        const label = (key: string) => metricKey.tags.find((tag) => tag.key === key)?.value ?? "";
        const keys = ["executor.source", "mcp.method.name", "gen_ai.tool.name", "error.type"];
        const name = [...keys, "rpc.response.status_code"]
          .map(label)
          .filter((value) => value !== "");
        return [name.join(" "), "count" in metricState ? Number(metricState.count) : 0];
      }),
  );

const seconds = (): number =>
  snapshot()
    .filter(({ metricKey }) => metricKey.name === "mcp.client.operation.duration")
    .map(({ metricState }) => ("sum" in metricState ? Number(metricState.sum) : 0))
    .reduce((sum, each) => sum + each, 0);

describe("mcp.client.operation.duration", () => {
  it.scopedLive("is recorded for each request, however it ends, without the time of people", () =>
    Effect.gen(function* () {
      const server = yield* httpServer();
      const mcp = yield* plugin;
      const settings = settingsOf({ url: server.url });
      yield* mcp.load(settings);
      yield* Effect.provideService(mcp.load(settings), SourceInUse, "test");
      yield* call(mcp, settings, "echo");
      yield* Effect.flip(call(mcp, settings, "fail"));
      yield* Effect.flip(call(mcp, settings, "refuse"));
      yield* Effect.flip(call(mcp, settings, "break"));
      yield* Effect.flip(call(mcp, { ...settings, timeoutMs: 500 }, "hang"));
      const interrupted = yield* Effect.fork(call(mcp, settings, "hang"));
      yield* untilEffect(
        "both calls hang",
        () => server.seen.calls.filter((name) => name === "hang").length === 2,
      );
      yield* Fiber.interrupt(interrupted);
      const before = seconds();
      yield* call(mcp, settings, "ask-name").pipe(
        answering(() => Effect.delay(Effect.succeed({ action: "decline" }), 3_000)),
      );
      expect(seconds() - before).toBeLessThan(3);
      yield* Effect.flip(call(mcp, settings, "die"));
      expect(recorded()).toEqual({
        "_OTHER initialize": 1,
        "_OTHER tools/list": 1,
        "test tools/list": 1,
        "test tools/call echo": 1,
        "test tools/call ask-name": 1,
        "test tools/call fail tool_error": 1,
        "test tools/call refuse -32602 -32602": 1,
        "test tools/call break _OTHER _OTHER": 1,
        "test tools/call hang timeout": 1,
        "test tools/call hang cancelled": 1,
        "test tools/call die connection_error": 1,
      });
      const { hostname, port } = new URL(server.url);
      const place = { "server.address": hostname, "server.port": port, "network.transport": "tcp" };
      const echoed = { "gen_ai.tool.name": "echo", "gen_ai.operation.name": "execute_tool" };
      const labels = { ...place, ...echoed, "mcp.protocol.version": "2025-11-25" };
      expect(total("mcp.client.operation.duration", labels)).toBe(1);
      const unknown = { "executor.source": "_OTHER", "server.address": "_OTHER" };
      expect(total("mcp.client.operation.duration", unknown)).toBe(2);
      expect(total("mcp.client.session.duration")).toBe(0);
      yield* mcp.release?.(settings) ?? Effect.void;
      const session = { "executor.source": "_OTHER", "mcp.protocol.version": "2025-11-25" };
      yield* untilEffect(
        "the end of the session is recorded",
        () => total("mcp.client.session.duration", session) === 1,
      );
      const broken = { ...session, "error.type": "connection_error" };
      expect(total("mcp.client.session.duration", broken)).toBe(0);
    }),
  );
});
