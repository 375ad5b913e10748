import type { Progress } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Deferred, Effect, Fiber, Stream } from "effect";
import { httpServer } from "./support/http-server.ts";
import { untilEffect } from "@executor/testing";
import { answering, call, collecting, plugin, settingsOf } from "./support/source.ts";

const start = Effect.fnUntraced(function* (options: Parameters<typeof httpServer>[0] = {}) {
  const server = yield* httpServer(options);
  const mcp = yield* plugin;
  return { server, mcp, settings: settingsOf({ url: server.url }) };
});

describe("load", () => {
  it.scopedLive("lists every page of tools", () =>
    Effect.gen(function* () {
      const { mcp, settings, server } = yield* start({ pageSize: 3 });
      const source = yield* mcp.load(settings);
      expect(source).toMatchObject({ name: "Test Server", url: server.url });
      expect(source.tools.map(({ path }) => path)).toEqual(
        expect.arrayContaining(["echo", "askName", "grow"]),
      );
      expect(source.tools).toHaveLength(18);
      expect(source.tools[0]).toEqual({
        path: "echo",
        description: "Does echo.",
        annotations: expect.objectContaining({ readOnly: true, requiresApproval: false }),
        inputSchema: { type: "object" },
        outputSchema: null,
        binding: { name: "echo", asTask: false },
      });
    }),
  );

  it.scopedLive("lists the tools that the operator's filter takes, by either name", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start();
      const only = { operations: ["echo", "ask*", "nothing"], tags: ["a"] } as const;
      const source = yield* mcp.load({ ...settings, only, overlay: "{}" });
      expect(source.tools.map(({ path }) => path)).toEqual(
        expect.arrayContaining(["echo", "askName"]),
      );
      expect(source.tools.every(({ path }) => path === "echo" || path.startsWith("ask"))).toBe(
        true,
      );
      expect(source.warnings.map(({ code }) => code)).toEqual([
        "overlay_not_applicable",
        "filter_not_applicable",
        "filter_matches_nothing",
      ]);
    }),
  );

  it.scopedLive("fails if nothing listens at the URL, and says what to do", () =>
    Effect.gen(function* () {
      const { mcp, settings, server } = yield* start();
      yield* Effect.promise(server.stop);
      const error = yield* Effect.flip(mcp.load(settings));
      expect(error._tag).toBe("SourceUnreachable");
      expect(error.message).toMatch(/could not be reached \(ECONNREFUSED\)\. Check/);
    }),
  );

  it.scopedLive("shows the server's message for a wrong key", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start({
        intercept: () => Response.json({ error: "invalid_token" }, { status: 401 }),
      });
      const error = yield* Effect.flip(mcp.load(settings));
      expect(error.message).toMatch(/answered 401\. invalid_token/);
    }),
  );

  it.scopedLive("fails for a page that is not an MCP server", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start({ intercept: () => new Response("<html></html>") });
      const error = yield* Effect.flip(mcp.load(settings));
      expect(error.message).toMatch(/not valid in the Model Context Protocol/);
    }),
  );
});

describe("results", () => {
  it.scopedLive("are the text, the structured content or the parts", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start();
      expect((yield* call(mcp, settings, "echo", { message: "hi" })).data).toBe("hi");
      expect((yield* call(mcp, settings, "structured")).data).toEqual({ degrees: 21 });
      expect((yield* call(mcp, settings, "parts")).data).toHaveLength(2);
    }),
  );

  it.scopedLive("may come as plain JSON", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start({ json: true });
      expect((yield* call(mcp, settings, "echo", { message: "hi" })).data).toBe("hi");
    }),
  );

  it.scopedLive("that are failures keep the server's message", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start();
      const fail = (name: string) => Effect.flip(call(mcp, settings, name));
      expect(yield* fail("fail")).toMatchObject({ outcome: "tool_error", message: "It broke." });
      expect(yield* fail("refuse")).toMatchObject({
        outcome: "invalid_input",
        errorType: "-32602",
        message: "Not like that.",
      });
      expect(yield* fail("break")).toMatchObject({ outcome: "tool_error", errorType: "_OTHER" });
    }),
  );

  for (const json of [false, true]) {
    it.scopedLive(`larger than 10 MiB are refused (${json ? "JSON" : "event stream"})`, () =>
      Effect.gen(function* () {
        const { mcp, settings } = yield* start({ json });
        const bytes = 11 * 1024 * 1024;
        const error = yield* Effect.flip(call(mcp, settings, "big", { bytes }));
        expect(error).toMatchObject({
          outcome: "too_large",
          errorType: "response_too_large",
        });
        expect((yield* call(mcp, settings, "big", { bytes: 1_000_000 })).data).toHaveLength(1e6);
      }),
    );
  }
});

describe("calls", () => {
  it.scopedLive("share one connection, opened once for all that wait", () =>
    Effect.gen(function* () {
      const { mcp, settings, server } = yield* start();
      const replies = yield* Effect.all(
        Array.from({ length: 50 }, (_, message) => call(mcp, settings, "echo", { message })),
        { concurrency: "unbounded" },
      );
      expect(replies.map(({ data }) => data)).toEqual(
        Array.from({ length: 50 }, (_, message) => String(message)),
      );
      expect(server.sessions()).toHaveLength(1);
    }),
  );

  it.scopedLive("with other headers use another connection", () =>
    Effect.gen(function* () {
      const { mcp, server } = yield* start();
      const as = (key: string) =>
        call(mcp, settingsOf({ url: server.url, headers: { "x-key": key } }), "session");
      const [one, two, again] = [yield* as("one"), yield* as("two"), yield* as("one")];
      expect(one.data).toMatchObject({ key: "one" });
      expect(two.data).toMatchObject({ key: "two" });
      expect(again.data).toEqual(one.data);
      expect(server.sessions()).toHaveLength(2);
    }),
  );

  it.scopedLive("report progress", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start();
      const progress: Array<Progress> = [];
      yield* call(mcp, settings, "steps", { count: 3, ms: 1 }).pipe(collecting(progress));
      expect(progress).toEqual([
        { progress: 1, total: 3, message: "step 1" },
        { progress: 2, total: 3, message: "step 2" },
        { progress: 3, total: 3, message: "step 3" },
      ]);
    }),
  );

  it.scopedLive("with progress restart their timeout", () =>
    Effect.gen(function* () {
      const { mcp, server } = yield* start();
      const settings = settingsOf({ url: server.url, timeoutMs: 2_000 });
      expect((yield* call(mcp, settings, "steps", { count: 6, ms: 400 })).data).toBe("done");
      const error = yield* Effect.flip(call(mcp, settings, "hang"));
      expect(error).toMatchObject({ outcome: "timeout", errorType: "timeout" });
      yield* untilEffect("the call is cancelled", () => server.seen.cancelled.includes("hang"));
    }),
  );

  it.scopedLive("are cancelled at the server when they are interrupted", () =>
    Effect.gen(function* () {
      const { mcp, settings, server } = yield* start();
      const fiber = yield* Effect.fork(call(mcp, settings, "hang"));
      yield* untilEffect("the call hangs", () => server.seen.calls.includes("hang"));
      yield* Fiber.interrupt(fiber);
      yield* untilEffect("the call is cancelled", () => server.seen.cancelled.includes("hang"));
      expect((yield* call(mcp, settings, "echo", { message: "still here" })).data).toBe(
        "still here",
      );
    }),
  );
});

describe("questions", () => {
  it.scopedLive("reach the person who waits for the call, and pause its timeout", () =>
    Effect.gen(function* () {
      const { mcp, server } = yield* start();
      const settings = settingsOf({ url: server.url, timeoutMs: 2_000 });
      const result = yield* call(mcp, settings, "ask-name", { who: "Who are you?" }).pipe(
        answering((request) => {
          expect(request).toMatchObject({
            kind: "form",
            address: "test.ask-name",
            message: "Who are you?",
            input: { who: "Who are you?" },
            requestedSchema: { type: "object", required: ["name"] },
          });
          return Effect.delay(
            Effect.succeed({ action: "accept" as const, content: { name: "Ada" } }),
            2_500,
          );
        }),
      );
      expect(result.data).toEqual({ action: "accept", content: { name: "Ada" } });
    }),
  );

  it.scopedLive("that nobody answers in time are cancelled, and the tool continues", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start();
      const ask = (action: "expire" | "decline") =>
        call(mcp, settings, "ask-name").pipe(answering(() => Effect.succeed({ action })));
      expect((yield* ask("expire")).data).toEqual({ action: "cancel" });
      expect((yield* ask("decline")).data).toEqual({ action: "decline" });
    }),
  );

  it.scopedLive("fail the tool if nobody can be asked", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start();
      const error = yield* Effect.flip(call(mcp, settings, "ask-name"));
      expect(error.message).toMatch(/Nobody can be asked/);
    }),
  );

  it.scopedLive("of simultaneous calls each reach their own person", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start();
      const all = yield* Deferred.make<void>();
      let open = 0;
      const ask = (who: string) =>
        call(mcp, settings, "ask-name", { who }).pipe(
          answering(({ message }) => {
            expect(message).toBe(who);
            open += 1;
            const last = open === 5 ? Deferred.succeed(all, undefined) : Effect.void;
            return Effect.zipRight(last, Deferred.await(all)).pipe(
              Effect.as({ action: "accept" as const, content: { name: `I am ${who}` } }),
            );
          }),
        );
      const names = ["a", "b", "c", "d", "e"];
      const results = yield* Effect.forEach(names, ask, { concurrency: "unbounded" });
      expect(results.map(({ data }) => data)).toEqual(
        names.map((who) => ({ action: "accept", content: { name: `I am ${who}` } })),
      );
    }),
  );

  it.scopedLive("outside the call's own stream wait until their call is known", () =>
    Effect.gen(function* () {
      const { mcp, settings, server } = yield* start();
      const other = yield* Effect.fork(call(mcp, settings, "hang"));
      yield* untilEffect("the call hangs", () => server.seen.calls.includes("hang"));
      const asked = yield* Deferred.make<void>();
      const asking = yield* call(mcp, settings, "ask-aside", { who: "me" }).pipe(
        answering(() =>
          Effect.as(Deferred.succeed(asked, undefined), {
            action: "accept" as const,
            content: { name: "Ada" },
          }),
        ),
        Effect.fork,
      );
      yield* untilEffect("the server was asked", () =>
        server.requests.some(({ rpc }) => rpc.includes("ask-aside")),
      );
      yield* Effect.sleep(100);
      expect(yield* Deferred.isDone(asked)).toBe(false);
      yield* Fiber.interrupt(other);
      expect((yield* Fiber.join(asking)).data).toMatchObject({ content: { name: "Ada" } });
    }),
  );
});

describe("changes", () => {
  it.scopedLive("are reported while a connection is open, and the new list is read", () =>
    Effect.gen(function* () {
      const { mcp, settings } = yield* start();
      yield* mcp.load(settings);
      const heard = yield* Stream.runHead(mcp.changes?.(settings) ?? Stream.empty).pipe(
        Effect.fork,
      );
      // Repeated, because nothing tells when the stream has subscribed.
      const grow = Effect.zipRight(call(mcp, settings, "grow"), Effect.sleep(500));
      yield* Effect.raceFirst(Fiber.join(heard), Effect.forever(grow));
      const { tools } = yield* mcp.load(settings);
      expect(tools.map(({ path }) => path)).toContain("grown1");
    }),
  );

  it.scopedLive("of the source end the session", () =>
    Effect.gen(function* () {
      const { mcp, settings, server } = yield* start();
      yield* call(mcp, settings, "echo");
      expect(server.sessions()).toHaveLength(1);
      yield* mcp.release?.(settings) ?? Effect.void;
      yield* untilEffect("no session is left", () => server.sessions().length === 0);
    }),
  );
});

describe("detect", () => {
  it.scopedLive("distinguishes an MCP server from other pages, and leaves nothing open", () =>
    Effect.gen(function* () {
      const { mcp, settings, server } = yield* start();
      expect(yield* mcp.detect(settings)).toMatchObject({
        value: { name: "Test Server", namespace: "test" },
      });
      yield* untilEffect("no session is left", () => server.sessions().length === 0);
      const page = yield* httpServer({ intercept: () => new Response("hello") });
      expect(yield* mcp.detect(settingsOf({ url: page.url }))).toMatchObject({ _tag: "None" });
    }),
  );

  it.scopedLive("does not send the headers to a URL if calls go to another origin", () =>
    Effect.gen(function* () {
      const seen: Array<string | null> = [];
      const { mcp, server } = yield* start({
        intercept: (request) => {
          seen.push(request.headers.get("x-key"));
          return undefined;
        },
      });
      const asked = (baseUrl?: string) =>
        mcp.detect(
          settingsOf({
            url: server.url,
            headers: { "x-key": "k" },
            ...(baseUrl === undefined ? {} : { baseUrl }),
          }),
        );
      yield* asked("https://api.example.com");
      expect(new Set(seen)).toEqual(new Set([null]));
      seen.length = 0;
      yield* asked();
      yield* asked(server.url);
      expect(new Set(seen)).toEqual(new Set(["k"]));
    }),
  );

  it.scopedLive("recognizes a server that wants sign-in first", () =>
    Effect.gen(function* () {
      const metadata = "https://example.com/.well-known/oauth-protected-resource";
      const refusing = (headers: Record<string, string>, body: string) => () =>
        new Response(body, { status: 401, headers });
      const challenge = { "www-authenticate": `Bearer resource_metadata="${metadata}"` };
      const rpc = JSON.stringify({ jsonrpc: "2.0", error: { code: -32_001, message: "No." } });
      for (const intercept of [refusing(challenge, ""), refusing({}, rpc)]) {
        const { mcp, settings } = yield* start({ intercept });
        expect(yield* mcp.detect(settings)).toMatchObject({ _tag: "Some" });
        const error = yield* Effect.flip(mcp.load(settings));
        expect(error).toMatchObject({
          _tag: "SourceUnreachable",
          message: expect.stringMatching(
            /is an MCP server that wants sign-in \(401\).*Authorization/,
          ),
        });
      }
      const { mcp, settings } = yield* start({ intercept: refusing({}, "Who are you?") });
      expect(yield* mcp.detect(settings)).toMatchObject({ _tag: "None" });
    }),
  );

  it.scopedLive("names a command without running it", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = settingsOf({ command: "npx", args: ["-y", "@scope/mcp-server-files@1.2"] });
      expect(yield* mcp.detect(settings)).toMatchObject({
        value: { name: "@scope/mcp-server-files", namespace: "scope_files" },
      });
    }),
  );
});
