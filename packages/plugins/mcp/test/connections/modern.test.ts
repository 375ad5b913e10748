import { parseJson } from "@executor/sdk";
import type { Progress } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { describe, expect, it } from "@effect/vitest";
import { untilEffect } from "@executor/testing";
import { Effect, Fiber, Stream } from "effect";
import { fileURLToPath } from "node:url";
import { modernServer, oddState } from "../support/modern-server.ts";
import { answering, call, collecting, plugin, settingsOf } from "../support/source.ts";

const program = settingsOf({
  command: "bun",
  args: [fileURLToPath(import.meta.resolve("../support/modern-stdio-server.ts"))],
});

const over = {
  HTTP: Effect.map(modernServer, ({ url }) => settingsOf({ url })),
  stdio: Effect.succeed(program),
};

const accepting = answering(() => Effect.succeed({ action: "accept", content: { name: "Ada" } }));

describe.each(Object.entries(over))("a server of 2026-07-28 alone over %s", (_, start) => {
  it.scopedLive("is read and called", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = yield* start;
      const { name, tools } = yield* mcp.load(settings);
      expect(name).toBe("Modern Server");
      expect(tools.map(({ path }) => path)).toContain("askAlways");
      const calls = Array.from({ length: 30 }, (__, message) =>
        call(mcp, settings, "echo", { message }),
      );
      const replies = yield* Effect.all(calls, { concurrency: "unbounded" });
      expect(replies.map(({ data }) => data)).toEqual(calls.map((__, index) => String(index)));
    }),
  );

  it.scopedLive("tells its progress and its errors", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = yield* start;
      const progress: Array<Progress> = [];
      yield* call(mcp, settings, "steps").pipe(collecting(progress));
      expect(progress.map((step) => step.progress)).toEqual([1, 2, 3]);
      expect(yield* Effect.flip(call(mcp, settings, "refuse"))).toMatchObject({
        outcome: "invalid_input",
        errorType: "-32602",
        message: "Not like that.",
      });
    }),
  );

  it.scopedLive("gets answers to its questions with the call that they belong to", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = yield* start;
      const { data } = yield* call(mcp, settings, "ask").pipe(accepting);
      expect(data).toEqual({ who: { action: "accept", content: { name: "Ada" } } });
      const slowly = answering(() =>
        Effect.delay(Effect.succeed({ action: "accept", content: { name: "Bo" } }), 300),
      );
      const late = yield* call(mcp, settings, "ask").pipe(slowly);
      expect(late.data).toEqual({ who: { action: "accept", content: { name: "Bo" } } });
      const unasked = yield* Effect.flip(call(mcp, settings, "ask-always"));
      expect(unasked.message).toMatch(/Nobody can be asked/);
      const endless = yield* Effect.flip(call(mcp, settings, "ask-always").pipe(accepting));
      expect(endless.message).toMatch(/more than 20 times/);
      const other = yield* Effect.flip(call(mcp, settings, "sample").pipe(accepting));
      expect(other.message).toMatch(/roots\/list/);
    }),
  );
});

describe("a server of 2026-07-28 over HTTP", () => {
  it.scopedLive("gets its state back byte for byte, and knows the caller from each request", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const { requests, seen, url } = yield* modernServer;
      const settings = settingsOf({ url });
      yield* call(mcp, settings, "ask").pipe(accepting);
      expect(seen.states).toEqual([undefined, oddState]);
      for (const { headers, rpc } of requests) {
        const message = parseJson(rpc);
        expect(headers.get("mcp-protocol-version")).toBe("2026-07-28");
        expect(headers.get("mcp-method")).toBe(member(message, "method"));
        expect(headers.has("mcp-session-id")).toBe(false);
        expect(member(member(message, "params"), "_meta")).toMatchObject({
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "executor", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
        });
      }
      expect(requests.some(({ rpc }) => rpc.includes('"initialize"'))).toBe(false);
    }),
  );

  it.scopedLive("gets arguments as headers where the tool's schema wants that", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = settingsOf({ url: (yield* modernServer).url });
      const tool = (yield* mcp.load(settings)).tools.find(({ path }) => path === "headers");
      const sent = (region: string) =>
        call(mcp, settings, "headers", { region }, undefined, tool?.inputSchema);
      expect((yield* sent("eu-1")).data).toMatchObject({
        "mcp-param-region": "eu-1",
        "mcp-name": "headers",
      });
      expect((yield* sent(" ü")).data).toMatchObject({ "mcp-param-region": "=?base64?IMO8?=" });
    }),
  );

  it.scopedLive("hears that nobody waits any more, and no cancellation", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const { requests, seen, url } = yield* modernServer;
      const settings = settingsOf({ url, timeoutMs: 1_000 });
      const fiber = yield* Effect.fork(call(mcp, settings, "hang"));
      yield* untilEffect("the call hangs", () => seen.calls.includes("hang"));
      yield* Fiber.interrupt(fiber);
      yield* untilEffect("the call is cancelled", () => seen.cancelled.length === 1);
      expect(yield* Effect.flip(call(mcp, settings, "hang"))).toMatchObject({ outcome: "timeout" });
      yield* untilEffect("the call is cancelled", () => seen.cancelled.length === 2);
      expect(requests.some(({ rpc }) => rpc.includes("notifications/cancelled"))).toBe(false);
    }),
  );

  it.scopedLive("is listened to for changes, and again after its stream broke", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const { cut, grow, requests, url } = yield* modernServer;
      const settings = settingsOf({ url });
      const listening = () => requests.filter(({ rpc }) => rpc.includes("subscriptions/listen"));
      yield* mcp.load(settings);
      let heard = 0;
      yield* Stream.runForEach(mcp.changes?.(settings) ?? Stream.empty, () =>
        Effect.sync(() => {
          heard += 1;
        }),
      ).pipe(Effect.forkScoped);
      yield* untilEffect("it is listened to", () => listening().length === 1);
      yield* Effect.sleep(100);
      grow("one");
      yield* untilEffect("the change is heard", () => heard === 1);
      yield* Effect.promise(cut);
      yield* untilEffect("it is listened to again", () => listening().length === 2);
      yield* untilEffect("what was missed is read", () => heard === 2);
      const { tools } = yield* mcp.load(settings);
      expect(tools.map(({ path }) => path)).toContain("one");
    }),
  );
});
