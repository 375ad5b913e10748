import { snapshot } from "@executor/telemetry";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Fiber } from "effect";
import { httpServer } from "./support/http-server.ts";
import { answering, call, plugin, settingsOf } from "./support/source.ts";
import { untilEffect } from "@executor/testing";

/** `method error` of every series, with how often it was recorded. */
const recorded = (): Record<string, number> =>
  Object.fromEntries(
    snapshot()
      .filter(({ metricKey }) => metricKey.name === "mcp.client.operation.duration")
      .map(({ metricKey, metricState }) => {
        const label = (key: string) => metricKey.tags.find((tag) => tag.key === key)?.value ?? "";
        const name = `${label("executor.source")} ${label("mcp.method.name")} ${label("error.type")}`;
        return [name.trim(), "count" in metricState ? Number(metricState.count) : 0];
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
        initialize: 1,
        "tools/list": 1,
        "test tools/call": 2,
        "test tools/call tool_error": 1,
        "test tools/call -32602": 1,
        "test tools/call _OTHER": 1,
        "test tools/call timeout": 1,
        "test tools/call cancelled": 1,
        "test tools/call connection_error": 1,
      });
    }),
  );
});
