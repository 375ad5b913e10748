import { describe, expect, it } from "@effect/vitest";
import { CredentialGuard } from "@executor/sdk";
import { untilEffect } from "@executor/testing";
import { Effect } from "effect";
import { Outbox } from "../../src/connections/outbox.ts";
import { Turns } from "../../src/connections/turns.ts";
import type { McpFailure } from "../../src/failures.ts";
import { stdioTransport } from "../../src/transports/stdio.ts";
import { httpServer } from "../support/http-server.ts";
import { call, plugin, settingsOf } from "../support/source.ts";

const answer = (id: number | string) => ({ jsonrpc: "2.0", id, result: {} }) as const;
const never = () => new Promise<never>(() => {});

const outboxOf = (send: () => Promise<void>) => {
  const failures: Array<McpFailure> = [];
  const outbox = new Outbox({ send, onFull: (failure) => failures.push(failure) });
  return { failures, outbox };
};

describe("an outbox", () => {
  it.live("sends a few messages at the same time, and the others after them", () =>
    Effect.gen(function* () {
      let underWay = 0;
      let most = 0;
      let sent = 0;
      const { failures, outbox } = outboxOf(async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((done) => setTimeout(done, 1));
        underWay -= 1;
        sent += 1;
        if (sent % 3 === 0) throw new Error("refused");
      });
      for (let id = 0; id < 500; id += 1) void outbox.post(answer(id));
      yield* untilEffect("all were sent", () => sent === 500);
      expect(most).toBe(8);
      expect(failures).toEqual([]);
    }),
  );

  it("is full where the server takes nothing, by number or by size", () => {
    const { failures, outbox } = outboxOf(never);
    for (let id = 0; id < 2_000; id += 1) void outbox.post(answer(id));
    expect(failures).toEqual([]);
    void outbox.post(answer(2_000));
    expect(failures).toMatchObject([{ reason: "connection_error" }]);
    const large = outboxOf(never);
    for (let id = 0; id < 17; id += 1) void large.outbox.post(answer("q".repeat(1024 * 1024)));
    expect(large.failures.length).toBe(2);
  });

  it("holds nothing after its end", async () => {
    const { outbox } = outboxOf(never);
    const posted = Array.from({ length: 20 }, (_, id) => outbox.post(answer(id)));
    outbox.close();
    await Promise.all(posted);
  });
});

describe("turns", () => {
  it("are given in order, and none is lost where one gives up", async () => {
    const turns = new Turns(1);
    const order: Array<string> = [];
    const end = await turns.take(new AbortController().signal);
    const impatient = new AbortController();
    const given = turns.take(impatient.signal);
    const others = ["a", "b"].map(async (name) => {
      const done = await turns.take(new AbortController().signal);
      order.push(name);
      done();
    });
    impatient.abort("too long");
    await expect(given).rejects.toBe("too long");
    end();
    await Promise.all(others);
    expect(order).toEqual(["a", "b"]);
  });
});

describe("a server that never takes an answer", () => {
  it.scopedLive("loses its connection, and other servers are called meanwhile", () =>
    Effect.gen(function* () {
      let asked = 0;
      let closed = false;
      const ping = `data: {"jsonrpc":"2.0","id":1,"method":"ping"}\n\n`.repeat(100);
      const flood = () =>
        new Response(
          new ReadableStream({
            pull: async (controller) => {
              controller.enqueue(new TextEncoder().encode(ping));
              await Bun.sleep(1);
            },
            cancel: () => {
              closed = true;
            },
          }),
          { headers: { "content-type": "text/event-stream" } },
        );
      const bad = yield* httpServer({
        intercept: ({ method }, rpc) => {
          if (method === "GET") return flood();
          if (!rpc.includes('"result":{}')) return undefined;
          asked += 1;
          return never();
        },
      });
      const good = yield* httpServer();
      const mcp = yield* plugin;
      yield* call(mcp, settingsOf({ url: bad.url }), "echo", { message: "hi" });
      yield* untilEffect("it asks", () => asked > 0);
      const reply = yield* call(mcp, settingsOf({ url: good.url }), "echo", { message: "hi" });
      expect(reply.data).toBe("hi");
      yield* untilEffect("its connection is closed", () => closed);
      expect(asked).toBe(8);
    }),
  );

  it.scopedLive("keeps no request open that nobody waits for", () =>
    Effect.gen(function* () {
      let open = 0;
      let most = 0;
      const server = yield* httpServer({
        intercept: ({ signal }, rpc) => {
          if (!rpc.includes("tools/call")) return undefined;
          open += 1;
          most = Math.max(most, open);
          signal.addEventListener("abort", () => {
            open -= 1;
          });
          return never();
        },
      });
      const mcp = yield* plugin;
      const settings = settingsOf({ url: server.url, timeoutMs: 500 });
      const calls = Array.from({ length: 100 }, () => Effect.flip(call(mcp, settings, "echo")));
      const errors = yield* Effect.all(calls, { concurrency: "unbounded" });
      expect(new Set(errors.map(({ outcome }) => outcome))).toEqual(new Set(["timeout"]));
      yield* untilEffect("all requests ended", () => open === 0);
      expect(most).toBe(32);
    }),
  );
});

describe("a program that does not read its input", () => {
  it.live("is sent no more than it may leave unread", () =>
    Effect.gen(function* () {
      const { redactor } = yield* CredentialGuard;
      const transport = stdioTransport(
        { transport: "stdio", command: "sleep", args: ["60"], cwd: undefined, env: {} },
        redactor,
      );
      yield* Effect.promise(() => transport.start());
      const refused: Array<unknown> = [];
      for (let id = 0; id < 40; id += 1) {
        transport
          .send(answer(`${id}`.padEnd(1024 * 1024)))
          .catch((error: unknown) => refused.push(error));
      }
      yield* untilEffect("some were refused", () => refused.length > 0);
      expect(refused.length).toBeGreaterThan(20);
      expect(refused[0]).toMatchObject({ reason: "connection_error" });
      yield* Effect.promise(() => transport.close());
    }),
  );
});
