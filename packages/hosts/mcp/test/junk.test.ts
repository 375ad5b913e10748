import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { connect, initialize, post } from "./support/client.ts";
import { Served, served } from "./support/host.ts";

interface Junk {
  readonly name: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: number;
  readonly says: RegExp;
}

const request = (method: string): string => JSON.stringify({ jsonrpc: "2.0", id: 1, method });

const deep = `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`;

const withoutSession: ReadonlyArray<Junk> = [
  {
    name: "arguments of 200,000 levels",
    body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":${deep}}}`,
    status: 400,
    code: -32600,
    says: /nested more than 1000 levels/,
  },
  { name: "nothing", body: "", status: 400, code: -32700, says: /not JSON/ },
  { name: "half of JSON", body: '{"jsonrpc":', status: 400, code: -32700, says: /not JSON/ },
  { name: "null", body: "null", status: 400, code: -32600, says: /JSON-RPC/ },
  { name: "a number", body: "7", status: 400, code: -32600, says: /JSON-RPC/ },
  { name: "an empty batch", body: "[]", status: 400, code: -32600, says: /empty/ },
  { name: "a call", body: request("tools/call"), status: 400, code: -32000, says: /initialize/ },
  {
    name: "an initialize without parameters",
    body: request("initialize"),
    status: 400,
    code: -32000,
    says: /valid initialize/,
  },
  {
    name: "an unknown session",
    body: request("ping"),
    headers: { "mcp-session-id": "../../etc/passwd" },
    status: 404,
    code: -32001,
    says: /no such session/,
  },
  {
    name: "another content type",
    body: initialize,
    headers: { "content-type": "text/plain" },
    status: 415,
    code: -32000,
    says: /application\/json/,
  },
  {
    name: "a client that takes no event streams",
    body: initialize,
    headers: { accept: "application/json" },
    status: 406,
    code: -32000,
    says: /text\/event-stream/,
  },
  {
    name: "5 MB",
    body: `"${"x".repeat(5_000_000)}"`,
    status: 413,
    code: -32000,
    says: /larger than 4194304 bytes/,
  },
];

const inSession: ReadonlyArray<Junk> = [
  { name: "an object", body: "{}", status: 400, code: -32600, says: /JSON-RPC/ },
  {
    name: "another version of JSON-RPC",
    body: '{"jsonrpc":"1.0","id":1,"method":"ping"}',
    status: 400,
    code: -32600,
    says: /JSON-RPC/,
  },
  {
    name: "a batch of 101",
    body: JSON.stringify(Array.from({ length: 101 }, () => ({ jsonrpc: "2.0", method: "x" }))),
    status: 400,
    code: -32600,
    says: /Batch/,
  },
  { name: "a second initialize", body: initialize, status: 400, code: -32600, says: /already/ },
  {
    name: "a future protocol version",
    body: request("ping"),
    headers: { "mcp-protocol-version": "2999-01-01" },
    status: 400,
    code: -32602,
    says: /_meta/,
  },
];

const expectError = (response: Response, { status, code, says }: Junk) =>
  Effect.gen(function* () {
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(yield* Effect.promise(() => response.json())).toEqual({
      jsonrpc: "2.0",
      error: expect.objectContaining({ code, message: expect.stringMatching(says) }),
      id: expect.toBeOneOf([null, 1]),
    });
  });

describe("invalid input", () => {
  it.scopedLive("gets a JSON-RPC error outside a session", () =>
    Effect.gen(function* () {
      for (const junk of withoutSession) {
        yield* expectError(yield* post(junk.body, junk.headers), junk);
      }
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("gets a JSON-RPC error inside a session, which stays usable", () =>
    Effect.gen(function* () {
      const { client, transport } = yield* connect();
      for (const junk of inSession) {
        const headers = { "mcp-session-id": transport.sessionId ?? "", ...junk.headers };
        yield* expectError(yield* post(junk.body, headers), junk);
      }
      yield* Effect.promise(() => client.ping());
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("gets an Allow header for an unsupported method", () =>
    Effect.gen(function* () {
      const { url } = yield* Served;
      for (const method of ["PUT", "PATCH", "OPTIONS"]) {
        const response = yield* Effect.promise(() => fetch(url, { method }));
        expect([response.status, response.headers.get("allow")]).toEqual([
          405,
          "DELETE, GET, POST",
        ]);
      }
      const listening = yield* Effect.promise(() => fetch(url));
      expect([listening.status, listening.headers.get("allow")]).toEqual([405, "POST"]);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("stops reading a body of unknown length once it is too long", () =>
    Effect.gen(function* () {
      const { url } = yield* Served;
      const chunk = new TextEncoder().encode("x".repeat(1024));
      let sent = 0;
      const body = new ReadableStream({
        pull: (controller) => {
          sent += chunk.length;
          if (sent > 64 * 1024 * 1024) controller.close();
          else controller.enqueue(chunk);
        },
      });
      const status = yield* Effect.promise(() =>
        fetch(url, { method: "POST", body }).then(
          (response) => response.status,
          () => "refused",
        ),
      );
      expect(status).toBeOneOf([413, "refused"]);
      expect(sent).toBeLessThan(64 * 1024 * 1024);
    }).pipe(Effect.provide(served({ mcp: { maxBodyBytes: 10_000 } }))),
  );

  it.scopedLive("is rejected in a message's id, method or parameters", () =>
    Effect.gen(function* () {
      const { transport } = yield* connect();
      const headers = { "mcp-session-id": transport.sessionId ?? "" };
      const answer = (message: unknown) =>
        Effect.flatMap(post(JSON.stringify(message), headers), (response) =>
          Effect.promise(() => response.text()),
        );
      const call = (params: unknown) =>
        answer({ jsonrpc: "2.0", id: "x", method: "tools/call", params });
      expect(yield* answer({ jsonrpc: "2.0", id: 1, method: "__proto__" })).toContain("-32601");
      expect(yield* call({})).toContain('"code":-326');
      expect(yield* call({ name: 7 })).toContain('"code":-326');
      expect(yield* call({ name: "execute", arguments: [] })).toContain('"code":-326');
      expect(yield* call({ name: "x".repeat(100_000) })).toContain("-32602");
      expect(yield* call({ name: "execute", arguments: { code: "\u0000}{" } })).toContain(
        '"isError":true',
      );
    }).pipe(Effect.provide(served())),
  );
});
