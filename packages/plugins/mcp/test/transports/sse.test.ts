import type { Progress } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { answering, call, collecting, plugin, settingsOf } from "../support/source.ts";
import { sseServer } from "../support/sse-server.ts";

describe.each([undefined, "sse" as const])("a server that speaks SSE (transport %s)", (given) => {
  const start = Effect.gen(function* () {
    const server = yield* sseServer;
    const mcp = yield* plugin;
    const settings = settingsOf({ url: server.url, ...(given && { transport: given }) });
    return { server, mcp, settings };
  });

  it.scopedLive("is loaded, called and asked over one session", () =>
    Effect.gen(function* () {
      const { mcp, server, settings } = yield* start;
      expect((yield* mcp.load(settings)).tools).not.toEqual([]);
      expect((yield* call(mcp, settings, "echo", { message: "hi" })).data).toBe("hi");
      const progress: Array<Progress> = [];
      yield* call(mcp, settings, "steps", { count: 2, ms: 1 }).pipe(collecting(progress));
      expect(progress).toHaveLength(2);
      const asked = yield* call(mcp, settings, "ask-name").pipe(
        answering(() => Effect.succeed({ action: "accept", content: { name: "Ada" } })),
      );
      expect(asked.data).toEqual({ action: "accept", content: { name: "Ada" } });
      expect(server.sessionCount()).toBe(1);
    }),
  );

  it.scopedLive(
    "breaks during a call with a connection error, and gets a new session with the next call",
    () =>
      Effect.gen(function* () {
        const { mcp, server, settings } = yield* start;
        const error = yield* Effect.flip(call(mcp, settings, "die"));
        expect(error).toMatchObject({ outcome: "upstream_error", errorType: "connection_error" });
        expect((yield* call(mcp, settings, "echo", { message: "again" })).data).toBe("again");
        expect(server.sessionCount()).toBe(2);
      }),
  );
});

describe("a URL that leads nowhere", () => {
  it.scopedLive("is explained by its first answer", () =>
    Effect.gen(function* () {
      const { url } = yield* sseServer;
      const mcp = yield* plugin;
      const settings = settingsOf({ url: url.replace("/sse", "/nothing") });
      const error = yield* Effect.flip(mcp.load(settings));
      expect(error.message).toMatch(/answered 404\. Check that the URL/);
    }),
  );
});
