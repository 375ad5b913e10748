import { isJsonObject, type Json, type JsonObject, parseJson } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { httpServer } from "../support/http-server.ts";
import { call, plugin, settingsOf } from "../support/source.ts";

/** A server whose replies to this method are these messages, with the id of the request. */
const replying = (method: string, reply: JsonObject, isStreamed = false) =>
  httpServer({
    intercept: (_, rpc) => {
      const request: Json = rpc === "" ? null : parseJson(rpc);
      if (!isJsonObject(request) || request["method"] !== method) return undefined;
      const message = JSON.stringify({ jsonrpc: "2.0", id: request["id"] ?? null, ...reply });
      return isStreamed
        ? new Response(`event: message\ndata: ${message}\n\n`, {
            headers: { "content-type": "text/event-stream" },
          })
        : new Response(message, { headers: { "content-type": "application/json" } });
    },
  });

const calling = (reply: JsonObject, isStreamed = false) =>
  Effect.gen(function* () {
    const server = yield* replying("tools/call", reply, isStreamed);
    const mcp = yield* plugin;
    return yield* call(mcp, settingsOf({ url: server.url }), "any");
  });

const said = { content: [{ type: "text", text: "done" }] };

describe("a server that writes null for what is absent", () => {
  it.scopedLive.each([false, true])("has its done calls done (stream: %j)", (isStreamed) =>
    Effect.gen(function* () {
      const results = [
        { result: { ...said, isError: null } },
        { result: { ...said, structuredContent: null, _meta: null } },
        { result: said, error: null },
      ];
      for (const result of results) {
        expect((yield* calling(result, isStreamed)).data).toBe("done");
      }
    }),
  );

  it.scopedLive("has all of its tools, and a warning for each that is none", () =>
    Effect.gen(function* () {
      const tools = [
        { name: "a", description: null, annotations: null, inputSchema: { type: "object" } },
        { name: "b", inputSchema: null, outputSchema: null, title: null, execution: null },
        { name: "c", inputSchema: "object" },
        { name: null },
        { name: "d", description: 5, inputSchema: { properties: { x: { type: "strng" } } } },
      ];
      const server = yield* replying("tools/list", { result: { tools, nextCursor: null } });
      const mcp = yield* plugin;
      const source = yield* mcp.load(settingsOf({ url: server.url }));
      expect(source.tools.map(({ path }) => path)).toEqual(["a", "b", "d"]);
      expect(source.warnings.map(({ code, message, place }) => [code, place, message])).toEqual([
        [
          "tool_not_readable",
          "/tools/2/inputSchema",
          expect.stringMatching(/inputSchema of the tool c .*left out/),
        ],
        [
          "tool_not_readable",
          "/tools/3/name",
          expect.stringMatching(/name of the tool number 4 .*left out/),
        ],
        [
          "tool_not_readable",
          "/tools/4/description",
          expect.stringMatching(/description of the tool d .*without it/),
        ],
        [
          "schema_keyword_ignored",
          "/tools/4/inputSchema",
          expect.stringMatching(/of the tool d uses type/),
        ],
      ]);
    }),
  );

  it.scopedLive("and has no list of tools is refused, with a word about it", () =>
    Effect.gen(function* () {
      const server = yield* replying("tools/list", { result: { tools: null } });
      const mcp = yield* plugin;
      const error = yield* Effect.flip(mcp.load(settingsOf({ url: server.url })));
      expect(error.message).toMatch(/answered tools.list without a list/);
    }),
  );
});

describe("an error", () => {
  it.scopedLive("has the data of JSON-RPC, bounded", () =>
    Effect.gen(function* () {
      const data = { elicitations: [{ mode: "url", url: "https://example.com/sign-in" }] };
      const error = { code: -32_042, message: "Sign in first.", data };
      expect(yield* Effect.flip(calling({ error }))).toMatchObject({
        outcome: "tool_error",
        message: "Sign in first.",
        data,
      });
      const large = { ...error, data: { text: "x".repeat(200_000) } };
      const cut = yield* Effect.flip(calling({ error: large }));
      expect(cut.truncated).toEqual(["data"]);
      expect(cut.data).toHaveLength(64 * 1024);
    }),
  );

  it.scopedLive("of a tool has the structured content", () =>
    Effect.gen(function* () {
      const structuredContent = { retryAfter: 5 };
      const result = { ...said, structuredContent, isError: true };
      expect(yield* Effect.flip(calling({ result }))).toMatchObject({
        outcome: "tool_error",
        message: "done",
        data: structuredContent,
      });
    }),
  );

  it.scopedLive("with a text that is little too long has the whole", () =>
    Effect.gen(function* () {
      const text = "~".repeat(2_010);
      const result = { content: [{ type: "text", text }], isError: true };
      expect(yield* Effect.flip(calling({ result }))).toMatchObject({ data: text });
    }),
  );

  it.scopedLive("with a long text says that the message is its beginning, and has the whole", () =>
    Effect.gen(function* () {
      const text = `It broke. ${"~".repeat(10_000)} Here.`;
      const result = { content: [{ type: "text", text }], isError: true };
      const error = yield* Effect.flip(calling({ result }));
      expect(error.message).toMatch(
        /^It broke\. ~+… \(cut after 2000 of 10016 characters\) .*data/,
      );
      expect(error.data).toBe(text);
    }),
  );
});

/** A server whose replies to this method hold this many levels more than others. */
const nestedServer = (method: string, member: string, levels: number) =>
  httpServer({
    intercept: (_, rpc) => {
      const request: Json = rpc === "" ? null : parseJson(rpc);
      if (!isJsonObject(request) || request["method"] !== method) return undefined;
      const deep = `${'[{"a":'.repeat(levels / 2)}1${"}]".repeat(levels / 2)}`;
      const id = JSON.stringify(request["id"] ?? null);
      return new Response(`{"jsonrpc":"2.0","id":${id},${member.replace("DEEP", deep)}}`, {
        headers: { "content-type": "application/json" },
      });
    },
  });

describe("a server that nests without end", () => {
  it.scopedLive.each([
    '"result":{"content":[],"structuredContent":DEEP}',
    '"result":{"content":[DEEP]}',
    '"result":{"content":[{"type":"text","text":1,"x":DEEP}],"isError":true}',
    '"error":{"code":-32000,"message":"no","data":DEEP}',
  ])("has its reply to a call refused: %s", (member) =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      for (const levels of [1_200, 400_000]) {
        const server = yield* nestedServer("tools/call", member, levels);
        const failure = yield* Effect.flip(call(mcp, settingsOf({ url: server.url }), "any"));
        expect(failure).toMatchObject({ outcome: "upstream_error", errorType: "invalid_response" });
        expect(failure.message).toContain("nested more than 1000 levels deep");
      }
    }),
  );

  it.scopedLive("has a result of 900 levels taken", () =>
    Effect.gen(function* () {
      const member = '"result":{"content":[],"structuredContent":DEEP}';
      const server = yield* nestedServer("tools/call", member, 900);
      const mcp = yield* plugin;
      const { data } = yield* call(mcp, settingsOf({ url: server.url }), "any");
      expect(JSON.stringify(data)).toHaveLength(900 * 4 + 1);
    }),
  );

  it.scopedLive.each([
    '"result":{"tools":DEEP}',
    '"result":{"tools":[{"name":"deep","inputSchema":{"type":"object","default":DEEP}}]}',
  ])("has its list refused, and cannot be added: %s", (member) =>
    Effect.gen(function* () {
      const server = yield* nestedServer("tools/list", member, 400_000);
      const mcp = yield* plugin;
      const failure = yield* Effect.flip(mcp.load(settingsOf({ url: server.url })));
      expect(failure).toMatchObject({ _tag: "InvalidSourceDocument" });
      expect(failure.message).toContain("nested more than 1000 levels deep");
    }),
  );
});
