import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { httpServer } from "../support/http-server.ts";
import { call, plugin, settingsOf } from "../support/source.ts";

const rpcError = (error: object, status: number) => () =>
  Response.json({ jsonrpc: "2.0", id: 1, error }, { status });

const isDiscovery = (rpc: string): boolean => rpc.includes('"server/discover"');

/** A server of an older version that answers `server/discover` in this way. */
const answeringDiscovery = (answer: () => Response | Promise<Response>) =>
  httpServer({ intercept: (_, rpc) => (isDiscovery(rpc) ? answer() : undefined) });

const json = { "content-type": "application/json" };

describe("a server of an older version over HTTP", () => {
  it.scopedLive.each<[string, () => Response | Promise<Response>]>([
    ["that it does not know the method", rpcError({ code: -32_601, message: "No." }, 200)],
    [
      "that it does not know the method, with 404",
      rpcError({ code: -32_601, message: "No." }, 404),
    ],
    ["any other error", rpcError({ code: -1, message: "No." }, 200)],
    [
      "that it speaks older versions",
      rpcError({ code: -32_022, message: "No.", data: { supported: ["2025-06-18"] } }, 400),
    ],
    ...[400, 404, 405, 406, 415, 422, 429, 500, 502, 503]
      .map((status) => [`${status}`, () => new Response("No.", { status })] as const)
      .map(([name, answer]): [string, () => Response] => [name, answer]),
    ["a page", () => new Response("<html></html>", { headers: { "content-type": "text/html" } })],
    ["an empty object", () => new Response("{}", { headers: json })],
    ["nothing", () => new Response("", { headers: json })],
    ["that it was taken", () => new Response(null, { status: 202 })],
  ])("is spoken to in it if it answers the newer one with %s", ([, answer]) =>
    Effect.gen(function* () {
      const server = yield* answeringDiscovery(answer);
      const mcp = yield* plugin;
      const settings = settingsOf({ url: server.url });
      expect((yield* call(mcp, settings, "echo", { message: "hi" })).data).toBe("hi");
      expect(server.requests.filter(({ rpc }) => isDiscovery(rpc))).toHaveLength(1);
    }),
  );

  it.scopedLive("is spoken to in it if it never answers the newer one", () =>
    Effect.gen(function* () {
      const server = yield* answeringDiscovery(() => new Promise<Response>(() => {}));
      const mcp = yield* plugin;
      const began = performance.now();
      yield* call(mcp, settingsOf({ url: server.url, timeoutMs: 60_000 }), "echo");
      expect(performance.now() - began).toBeLessThan(6_000);
    }),
  );

  it.scopedLive("is asked once, and remembered for later connections", () =>
    Effect.gen(function* () {
      const server = yield* httpServer();
      const mcp = yield* plugin;
      const settings = settingsOf({ url: server.url });
      const asked = () => server.requests.filter(({ rpc }) => isDiscovery(rpc)).length;
      yield* call(mcp, settings, "echo");
      yield* Effect.promise(server.stop);
      server.start();
      yield* Effect.ignore(call(mcp, settings, "echo"));
      yield* call(mcp, settings, "echo");
      expect([
        asked(),
        server.requests.filter(({ rpc }) => rpc.includes('"initialize"')).length,
      ]).toEqual([1, 2]);
      yield* mcp.release?.(settings) ?? Effect.void;
      yield* call(mcp, settings, "echo");
      expect(asked()).toBe(2);
    }),
  );

  it.scopedLive("is asked anew when it does not know its version any more", () =>
    Effect.gen(function* () {
      let isModern = false;
      const server = yield* httpServer({
        intercept: (request, rpc) => {
          if (!isModern || rpc === "") return undefined;
          const { id, method } = JSON.parse(rpc);
          const result =
            method === "server/discover"
              ? {
                  resultType: "complete",
                  supportedVersions: ["2026-07-28"],
                  capabilities: { tools: {} },
                }
              : { resultType: "complete", content: [{ type: "text", text: "modern" }] };
          return method === "initialize" || !request.headers.has("mcp-method")
            ? Response.json(
                { jsonrpc: "2.0", id, error: { code: -32_601, message: "No." } },
                { status: 404 },
              )
            : Response.json({ jsonrpc: "2.0", id, result });
        },
      });
      const mcp = yield* plugin;
      const settings = settingsOf({ url: server.url });
      expect((yield* call(mcp, settings, "echo", { message: "hi" })).data).toBe("hi");
      isModern = true;
      yield* Effect.promise(server.cut);
      expect((yield* call(mcp, settings, "echo")).data).toBe("modern");
    }),
  );
});

/** The answers of 2026-07-28, until the server speaks older versions alone: it then says so, or answers as those do. */
const updated = (says: (id: unknown) => Response | undefined) => {
  let isModern = true;
  const intercept = (request: Request, rpc: string): Response | undefined => {
    if (!request.headers.has("mcp-method")) return undefined;
    const { id, method } = JSON.parse(rpc);
    if (!isModern) return says(id);
    const result =
      method === "server/discover"
        ? { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } }
        : { content: [{ type: "text", text: "modern" }] };
    return Response.json({ jsonrpc: "2.0", id, result: { resultType: "complete", ...result } });
  };
  return {
    intercept,
    update: () => {
      isModern = false;
    },
  };
};

describe("a server of 2026-07-28 that is put back to an older version", () => {
  const data = { supported: ["2025-11-25"], requested: "2026-07-28" };
  const error = { code: -32_022, message: "No.", data };
  it.scopedLive.each<[string, (id: unknown) => Response | undefined]>([
    ["says so", (id) => Response.json({ jsonrpc: "2.0", id, error }, { status: 400 })],
    ["says so with 200", (id) => Response.json({ jsonrpc: "2.0", id, error })],
    ["knows no session", () => undefined],
  ])("is spoken to in it with the same call (%s)", ([, says]) =>
    Effect.gen(function* () {
      const { intercept, update } = updated(says);
      const server = yield* httpServer({ intercept });
      const mcp = yield* plugin;
      const settings = settingsOf({ url: server.url });
      expect((yield* call(mcp, settings, "echo")).data).toBe("modern");
      update();
      expect((yield* call(mcp, settings, "echo", { message: "older" })).data).toBe("older");
      expect(server.seen.calls).toEqual(["echo"]);
    }),
  );

  it.scopedLive("is spoken to in it with the next call, if it may have done the first", () =>
    Effect.gen(function* () {
      const { intercept, update } = updated(() => new Response("Gone.", { status: 404 }));
      const server = yield* httpServer({ intercept });
      const mcp = yield* plugin;
      const settings = settingsOf({ url: server.url });
      yield* call(mcp, settings, "echo");
      update();
      expect(yield* Effect.flip(call(mcp, settings, "echo"))).toMatchObject({ errorType: "404" });
      expect((yield* call(mcp, settings, "echo", { message: "older" })).data).toBe("older");
    }),
  );
});

describe("a server that cannot be spoken to", () => {
  it.scopedLive("is named with its versions", () =>
    Effect.gen(function* () {
      const data = { supported: ["2027-01-01", "2028-01-01"], requested: "2026-07-28" };
      const server = yield* answeringDiscovery(
        rpcError({ code: -32_022, message: "No.", data }, 400),
      );
      const mcp = yield* plugin;
      const error = yield* Effect.flip(mcp.load(settingsOf({ url: server.url })));
      expect(error).toMatchObject({
        _tag: "InvalidSourceDocument",
        message: expect.stringMatching(
          /speaks 2027-01-01, 2028-01-01 of .* Executor speaks 2026-07-28, 2025-11-25/,
        ),
      });
      expect(server.sessions()).toEqual([]);
    }),
  );

  it.scopedLive.each([401, 403])("for want of a credential is asked once (%i)", (status) =>
    Effect.gen(function* () {
      const server = yield* httpServer({ intercept: () => new Response("No.", { status }) });
      const mcp = yield* plugin;
      const error = yield* Effect.flip(mcp.load(settingsOf({ url: server.url })));
      expect(error.message).toContain(`answered ${status}`);
      expect(server.requests).toHaveLength(1);
    }),
  );
});

/** A program of an older version that does this with a request that it does not know. */
const olderProgram = (unknown: string) => `
  const write = (id, result) => console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
  let text = "";
  process.stdin.on("data", (chunk) => {
    text += chunk;
    const lines = text.split("\\n");
    text = lines.pop();
    for (const { id, method } of lines.map((line) => JSON.parse(line))) {
      if (method === "initialize") write(id, { protocolVersion: "2024-11-05", capabilities: { tools: {} }, serverInfo: { name: "old", version: "1" } });
      else if (method === "tools/call") write(id, { content: [{ type: "text", text: String(process.pid) }] });
      else if (!method.startsWith("notifications/")) { ${unknown} }
    }
  });`;

describe("a program of an older version", () => {
  it.scopedLive.each<[string, string]>([
    [
      "refuses",
      `console.log(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "No." } }))`,
    ],
    ["ignores", ""],
    ["ends at", "process.exit(1)"],
  ])("is spoken to in it if it %s what it does not know", ([, unknown]) =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = settingsOf({ command: "bun", args: ["-e", olderProgram(unknown)] });
      const pid = yield* call(mcp, settings, "pid");
      expect((yield* call(mcp, settings, "pid")).data).toBe(pid.data);
    }),
  );

  it.scopedLive("that ends at once for another reason is started twice only the first time", () =>
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "mcp-starts-"))),
        (made) => Effect.promise(() => rm(made, { recursive: true })),
      );
      const starts = join(directory, "starts");
      const mcp = yield* plugin;
      const settings = settingsOf({ command: "sh", args: ["-c", `echo x >> ${starts}; exit 3`] });
      const counted = Effect.gen(function* () {
        yield* Effect.flip(mcp.load(settings));
        return (yield* Effect.promise(() => readFile(starts, "utf8"))).length / 2;
      });
      expect([yield* counted, yield* counted, yield* counted]).toEqual([2, 3, 4]);
    }),
  );
});
