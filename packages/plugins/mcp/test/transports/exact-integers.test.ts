import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import fc from "fast-check";
import { call, plugin, programSettings, settingsOf } from "../support/source.ts";
import { exactLines, exactMessage } from "../../src/transports/exact-messages.ts";
import { httpServer } from "../support/http-server.ts";
import { sseServer } from "../support/sse-server.ts";

const digits = "-12345678901234567890123";
const sent = { id: digits, text: digits, list: [digits, 1] };
const integers = new Map<string, true | Map<number, true>>([
  ["id", true],
  ["list", new Map([[0, true]])],
]);
const written = `"id":${digits},"text":"${digits}","list":[${digits},1]`;

const transports = {
  "HTTP, in JSON": Effect.map(httpServer({ json: true }), ({ url }) => settingsOf({ url })),
  "HTTP, in events": Effect.map(httpServer(), ({ url }) => settingsOf({ url })),
  SSE: Effect.map(sseServer, ({ url }) => settingsOf({ url, transport: "sse" })),
  stdio: Effect.sync(() => programSettings()),
};

describe("integers beyond 2^53", () => {
  it.scopedLive.each(Object.entries(transports))("come with their digits over %s", ([, start]) =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const settings = yield* start;
      const structured = yield* call(mcp, settings, "exact", { digits, where: "structured" });
      expect(structured.data).toEqual({ id: digits });
      const inText = yield* call(mcp, settings, "exact", { digits, where: "text" });
      expect(inText.data).toEqual([digits, digits, 1.5]);
    }),
  );

  it.scopedLive("go out as integers where the tool's schema wants them", () =>
    Effect.gen(function* () {
      const mcp = yield* plugin;
      const server = yield* httpServer();
      yield* call(mcp, settingsOf({ url: server.url }), "echo", sent, integers);
      expect(server.requests.map(({ rpc }) => rpc).join()).toContain(written);
      const { data } = yield* call(mcp, programSettings(), "wire", sent, integers);
      expect(data).toContain(written);
    }),
  );
});

const encoder = new TextEncoder();
const shown = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("exactLines", () => {
  it("quotes integers in messages only", () => {
    const events = `id: ${digits}\nevent: message\r\ndata: {"a":${digits}}\n\ndata:[${digits}]\n\n: ${digits}\n`;
    expect(shown(exactLines(encoder.encode(events)))).toBe(
      `id: ${digits}\nevent: message\r\ndata: {"a":"${digits}"}\n\ndata:["${digits}"]\n\n: ${digits}\n`,
    );
    const banner = `an "odd quote, ${digits}\n{"a":${digits}}\n`;
    expect(shown(exactLines(encoder.encode(banner)))).toBe(
      `an "odd quote, ${digits}\n{"a":"${digits}"}\n`,
    );
  });

  it("finds an integer at any place, and leaves other bytes alone", () => {
    fc.assert(
      fc.property(
        fc.nat(70),
        fc.nat(70),
        fc.bigInt(2n ** 53n, 10n ** 40n),
        (before, after, value) => {
          const padding = " ".repeat(before);
          const message = encoder.encode(`{"ü":${padding}${value}${" ".repeat(after)}}`);
          expect(JSON.parse(shown(exactMessage(message)))).toEqual({ ü: String(value) });
          expect(shown(exactLines(message))).toBe(shown(exactMessage(message)));
          const none = encoder.encode(`{"a":${padding}9007199254740991,"b":"${value}"}`);
          expect(exactMessage(none)).toBe(none);
          expect(exactLines(none)).toBe(none);
        },
      ),
    );
  });
});
