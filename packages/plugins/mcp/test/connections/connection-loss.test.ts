import type { Progress } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { InMemoryEventStore } from "@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js";
import { Effect, Fiber } from "effect";
import { httpServer } from "../support/http-server.ts";
import type { HttpTestServer, HttpTestServerOptions } from "../support/http-server.ts";
import { call, collecting, plugin, settingsOf } from "../support/source.ts";
import { untilEffect } from "@executor/testing";

const start = Effect.fnUntraced(function* (options: HttpTestServerOptions = {}) {
  const server = yield* httpServer(options);
  const mcp = yield* plugin;
  return { server, mcp, settings: settingsOf({ url: server.url, timeoutMs: 20_000 }) };
});

/** Requests with these methods, and how often each was answered. */
const posted = (server: HttpTestServer, method: string): number =>
  server.requests.filter(({ rpc }) => rpc.includes(`"${method}"`)).length;

describe("a server that ends in the middle of a call", () => {
  const kinds = [
    { kind: "before the reply began", options: {}, afterMs: 0 },
    { kind: "in the reply", options: {}, afterMs: 100 },
    {
      kind: "in a reply that could be resumed",
      options: { eventStore: () => new InMemoryEventStore() },
      afterMs: 100,
    },
  ];
  for (const { kind, options, afterMs } of kinds) {
    it.scopedLive(`${kind} is a connection error, and nothing is repeated`, () =>
      Effect.gen(function* () {
        const { mcp, server, settings } = yield* start(options);
        yield* call(mcp, settings, "echo", { message: "before" });
        const error = yield* Effect.flip(call(mcp, settings, "die", { afterMs }));
        expect(error).toMatchObject({
          outcome: "upstream_error",
          errorType: "connection_error",
          message: expect.stringMatching(/broke.*check before calling again/),
        });
        expect(yield* Effect.flip(call(mcp, settings, "echo"))).toMatchObject({
          errorType: "connection_error",
        });
        server.start();
        expect((yield* call(mcp, settings, "echo", { message: "after" })).data).toBe("after");
        expect(server.seen.calls).toEqual(["echo", "die", "echo"]);
      }),
    );
  }
});

describe("a stream that breaks", () => {
  it.scopedLive("continues if the server can resume it", () =>
    Effect.gen(function* () {
      const store = new InMemoryEventStore();
      const { mcp, server, settings } = yield* start({ eventStore: () => store });
      const progress: Array<Progress> = [];
      const fiber = yield* call(mcp, settings, "steps", { count: 4, ms: 100 }).pipe(
        collecting(progress),
        Effect.fork,
      );
      yield* untilEffect("progress was reported", () => progress.length > 0);
      yield* Effect.promise(server.cut);
      expect((yield* Fiber.join(fiber)).data).toBe("done");
      expect(progress.map((step) => step.progress)).toEqual([1, 2, 3, 4]);
      expect(server.seen.calls).toEqual(["steps"]);
    }),
  );
});

describe("a session that the server forgot", () => {
  const badRequest = () =>
    Response.json(
      { jsonrpc: "2.0", error: { code: -32_000, message: "No valid session ID provided" } },
      { status: 400 },
    );

  for (const unknownSession of [undefined, badRequest]) {
    const status = unknownSession === undefined ? 404 : 400;
    it.scopedLive(
      `is replaced by a new one, and the refused call is sent once more (${status})`,
      () =>
        Effect.gen(function* () {
          const { mcp, server, settings } = yield* start(unknownSession && { unknownSession });
          yield* call(mcp, settings, "echo", { message: "before" });
          server.forget();
          expect((yield* call(mcp, settings, "echo", { message: "after" })).data).toBe("after");
          expect(server.seen.calls).toEqual(["echo", "echo"]);
          expect(posted(server, "initialize")).toBe(2);
        }),
    );
  }

  it.scopedLive("repeatedly is an error, not a loop", () =>
    Effect.gen(function* () {
      const { mcp, server, settings } = yield* start({
        intercept: (request) =>
          request.headers.has("mcp-session-id") && request.headers.has("x-forget")
            ? badRequest()
            : undefined,
      });
      const forgetful = { ...settings, headers: { "x-forget": "yes" } };
      const error = yield* Effect.flip(call(mcp, forgetful, "echo"));
      expect(error).toMatchObject({ outcome: "upstream_error", errorType: "400", status: 400 });
      expect(posted(server, "tools/call")).toBeLessThanOrEqual(2);
    }),
  );
});

describe("an error of a call that may have been started", () => {
  it.scopedLive("is never answered with a second call", () =>
    Effect.gen(function* () {
      let failing = false;
      const { mcp, server, settings } = yield* start({
        intercept: (_, rpc) =>
          failing && rpc.includes('"tools/call"')
            ? new Response("Bad gateway", { status: 502 })
            : undefined,
      });
      yield* call(mcp, settings, "echo");
      failing = true;
      const error = yield* Effect.flip(call(mcp, settings, "echo"));
      expect(error).toMatchObject({
        outcome: "upstream_error",
        errorType: "502",
        status: 502,
        message: expect.stringMatching(/answered 502\. Bad gateway/),
      });
      expect(posted(server, "tools/call")).toBe(2);
    }),
  );
});

describe("a redirect", () => {
  const redirecting = (target: () => string, status: number) => ({
    intercept: (request: Request) =>
      request.url.endsWith("/mcp")
        ? new Response(null, { status, headers: { location: target() } })
        : undefined,
  });

  it.scopedLive("to another origin is not followed, and no header goes there", () =>
    Effect.gen(function* () {
      const other = yield* httpServer();
      const { mcp, server } = yield* start(redirecting(() => other.url, 307));
      const settings = settingsOf({ url: server.url, headers: { authorization: "Bearer secret" } });
      const error = yield* Effect.flip(mcp.load(settings));
      expect(error.message).toMatch(/not followed/);
      expect(other.requests).toEqual([]);
    }),
  );

  it.scopedLive("within the origin is followed", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start(redirecting(() => "/elsewhere", 308));
      expect((yield* mcp.load(settings)).tools).not.toEqual([]);
    }),
  );
});
