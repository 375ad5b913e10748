import { describe, expect, it, vi } from "@effect/vitest";
import { CredentialGuard } from "@executor/sdk";
import { untilEffect } from "@executor/testing";
import { Effect } from "effect";
import { Pace } from "../../src/transports/pace.ts";
import { stdioTransport } from "../../src/transports/stdio.ts";
import { httpServer } from "../support/http-server.ts";
import { call, plugin, settingsOf } from "../support/source.ts";

const stream = (text: string): Response =>
  new Response(
    new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    }),
    { headers: { "content-type": "text/event-stream" } },
  );

const ping = 'data: {"jsonrpc":"2.0","id":1,"method":"ping"}\n\n';

/** What a server may have had answered after so many milliseconds: a burst, and what the pace allows. */
const allowed = (elapsedMs: number): number => 1_100 + elapsedMs / 5;

describe("a server that sends without an end", () => {
  it.scopedLive(
    "gets as many answers to its pings as the pace allows, and is called meanwhile",
    () =>
      Effect.gen(function* () {
        let answers = 0;
        const server = yield* httpServer({
          intercept: ({ method }, rpc) => {
            if (method === "POST" && rpc.includes('"result":{}')) {
              answers += 1;
              return new Response(undefined, { status: 202 });
            }
            return method === "GET" ? stream(ping.repeat(1_000)) : undefined;
          },
        });
        const mcp = yield* plugin;
        const settings = settingsOf({ url: server.url });
        const began = performance.now();
        for (let round = 0; round < 20; round += 1) {
          expect((yield* call(mcp, settings, "echo", { message: "hi" })).data).toBe("hi");
          yield* Effect.sleep(50);
        }
        expect(answers).toBeGreaterThan(0);
        expect(answers).toBeLessThan(allowed(performance.now() - began));
      }),
  );

  it.scopedLive.each(["data: a\n", "data: a\r\n", "data: a\r", ": a\n"])(
    "%j is refused where one event has more than 10 MiB",
    (line) =>
      Effect.gen(function* () {
        const server = yield* httpServer({
          intercept: (_, rpc) =>
            rpc.includes("tools/call")
              ? stream(line.replace("a", "a".repeat(1_000_000)))
              : undefined,
        });
        const mcp = yield* plugin;
        const error = yield* Effect.flip(
          call(mcp, settingsOf({ url: server.url }), "echo", { message: "hi" }),
        );
        expect(error).toMatchObject({ errorType: "response_too_large" });
      }),
  );

  it.live("is read at its pace where it is a program", () =>
    Effect.gen(function* () {
      const { redactor } = yield* CredentialGuard;
      const flood = `const line = '{"jsonrpc":"2.0","id":1,"method":"ping"}\\n';
        const go = () => process.stdout.write(line.repeat(1_000), go);
        go();`;
      const endpoint = {
        transport: "stdio",
        command: "bun",
        args: ["-e", flood],
        cwd: undefined,
        env: {},
      } as const;
      const transport = stdioTransport(endpoint, redactor);
      let messages = 0;
      transport.onmessage = () => {
        messages += 1;
      };
      const began = performance.now();
      yield* Effect.promise(() => transport.start());
      yield* untilEffect("a burst has come", () => messages >= 2_000);
      yield* Effect.sleep(300);
      // A message of a program is one line, where an event has two.
      expect(messages).toBeLessThan(2 * allowed(performance.now() - began));
      yield* Effect.promise(() => transport.close());
    }),
  );
});

describe("Pace", () => {
  // They would take three minutes at the pace of other lines.
  it("holds back no reply to a request, however many there are", { timeout: 60_000 }, async () => {
    const pace = new Pace();
    const reply = new TextEncoder().encode("event: message\nid: 1\ndata: {}\n\n");
    let received = 0;
    for (let count = 0; count < 20_000; count += 1) {
      pace.awaitReply();
      for await (const part of pace.parts(reply)) received += part.length;
    }
    expect(received).toBe(20_000 * reply.length);
  });

  it.scopedLive("allows for one reply to each call, whatever the server asks meanwhile", () =>
    Effect.gen(function* () {
      let answers = 0;
      const server = yield* httpServer({
        intercept: (_, rpc) => {
          if (rpc.includes('"result":{}')) {
            answers += 1;
            return new Response(undefined, { status: 202 });
          }
          if (!rpc.includes("tools/call")) return undefined;
          const { id } = JSON.parse(rpc);
          const reply = { jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "hi" }] } };
          return new Response(`${ping.repeat(10)}data: ${JSON.stringify(reply)}\n\n`, {
            headers: { "content-type": "text/event-stream" },
          });
        },
      });
      const mcp = yield* plugin;
      const settings = settingsOf({ url: server.url });
      yield* call(mcp, settings, "echo", { message: "hi" });
      yield* untilEffect("the pings are answered", () => answers === 10);
      const awaited = vi.spyOn(Pace.prototype, "awaitReply");
      for (let count = 0; count < 5; count += 1) yield* call(mcp, settings, "echo", {});
      yield* untilEffect("the other pings are answered", () => answers === 60);
      expect(awaited).toHaveBeenCalledTimes(5);
      awaited.mockRestore();
    }),
  );

  it.live("allows for the reply of a program to each request, not to an answer", () =>
    Effect.gen(function* () {
      const { redactor } = yield* CredentialGuard;
      const transport = stdioTransport(
        { transport: "stdio", command: "cat", args: [], cwd: undefined, env: {} },
        redactor,
      );
      yield* Effect.promise(() => transport.start());
      const awaited = vi.spyOn(Pace.prototype, "awaitReply");
      yield* Effect.promise(async () => {
        await transport.send({ jsonrpc: "2.0", id: 1, method: "tools/call" });
        await transport.send({ jsonrpc: "2.0", id: 2, result: {} });
        await transport.send({ jsonrpc: "2.0", method: "notifications/cancelled" });
        await transport.close();
      });
      expect(awaited).toHaveBeenCalledTimes(1);
      awaited.mockRestore();
    }),
  );
});
