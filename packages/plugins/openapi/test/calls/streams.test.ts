import type { Json } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { withToken } from "@executor/plugin-kit/testing";
import { Effect } from "effect";
import fc from "fast-check";
import { isStream, readStream } from "../../src/calls/stream-reply.ts";
import { describing, invoke, serve } from "../support.ts";

const encoder = new TextEncoder();
const document = describing({ "/a": { get: { operationId: "a" } } });

/** A body of these chunks, which then ends, or goes on without an end. */
const bodyOf = (chunks: ReadonlyArray<Uint8Array | string>, end: "close" | "hang" = "close") => {
  let next = 0;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const chunk = chunks[next++];
      if (chunk !== undefined) {
        controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
        await Bun.sleep(1);
      } else if (end === "close") controller.close();
      else await new Promise(() => {});
    },
  });
};

const reply = (
  contentType: string,
  body: () => BodyInit,
  { status = 200, timeoutMs = 5_000 } = {},
) =>
  Effect.flatMap(
    serve(() => new Response(body(), { status, headers: { "content-type": contentType } })),
    (baseUrl) => invoke(document, "a", {}, { baseUrl, timeoutMs }),
  );

/** The data of a body that came as a whole, or in part. */
const read = (contentType: string, body: Uint8Array, incomplete?: "timeout"): Json => {
  const response = {
    status: 200,
    headers: { "content-type": contentType },
    url: "",
    body,
    ...(incomplete === undefined ? {} : { incomplete }),
  };
  const steps = readStream(response);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value.data;
};

const events = "text/event-stream; charset=utf-8";
const lines = "application/x-ndjson";

describe("a stream", () => {
  it.each<[string, Json]>([
    ["", { events: [], incomplete: null }],
    ["data: a\n\n", { events: [{ data: "a" }], incomplete: null }],
    ["data:a\ndata: b\r\n\r\n", { events: [{ data: "a\nb" }], incomplete: null }],
    ["\ufeffdata: é\r\r", { events: [{ data: "é" }], incomplete: null }],
    [
      'event: add\nid: 7\ndata: {"a":[1]}\n\n: ping\n\ndata: 12\n\ndata: {oops\n\n',
      {
        events: [{ event: "add", id: "7", data: { a: [1] } }, { data: "12" }, { data: "{oops" }],
        incomplete: null,
      },
    ],
    ["event: none\n\ndata\n\n", { events: [{ data: "" }], incomplete: null }],
    ["data: [1]\n\ndata: last", { events: [{ data: [1] }, { data: "last" }], incomplete: null }],
    ["data: [DONE]\n\n", { events: [{ data: "[DONE]" }], incomplete: null }],
  ])("of server-sent events %j", (text, data) => {
    expect(read(events, encoder.encode(text))).toEqual(data);
  });

  it.each<[string, string, Json]>([
    [lines, '{"a":1}\r\n\n2\n"x"', { items: [{ a: 1 }, 2, "x"], incomplete: null }],
    [
      "application/jsonl",
      "1\n{oops\n3\n",
      { items: [1, "{oops", 3], incomplete: null, invalid: [1] },
    ],
    [
      "application/json-seq",
      '\u001e{"a":\n1}\n\u001e2\n',
      { items: [{ a: 1 }, 2], incomplete: null },
    ],
    [
      "application/x-ndjson",
      "1234567890123456789\n",
      { items: ["1234567890123456789"], incomplete: null },
    ],
  ])("of %s %j", (type, text, data) => {
    expect(isStream({ headers: { "content-type": type } })).toBe(true);
    expect(read(type, encoder.encode(text))).toEqual(data);
  });

  it("gives at most 100,000 items, and says so", () => {
    expect(read(lines, encoder.encode("1\n".repeat(100_001)))).toMatchObject({
      incomplete: "size",
      rest: "1\n",
    });
  });

  const text = fc.string({ unit: fc.constantFrom("é", "😀", "a", " ", ":", "{") });

  it("that is cut anywhere gives the events before the cut, and the text behind them", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), fc.nat(), (texts, at) => {
        const whole = texts.map((each) => `data: ${each}\n\n`).join("");
        const bytes = encoder.encode(whole);
        const cut = bytes.subarray(0, at % (bytes.length + 1));
        const shown = new TextDecoder().decode(cut, { stream: true });
        const count = shown.split("\n\n").length - 1;
        const rest = shown.slice(shown.lastIndexOf("\n\n") + (count === 0 ? 1 : 2));
        expect(read(events, cut, "timeout")).toEqual({
          events: texts.slice(0, count).map((data) => ({ data })),
          incomplete: "timeout",
          ...(rest.trim() === "" ? {} : { rest }),
        });
      }),
    );
  });

  it.scopedLive("gives the same whatever its chunks are", () =>
    Effect.gen(function* () {
      const whole = encoder.encode(
        Array.from({ length: 20 }, (_, index) => `id: ${index}\ndata: {"é":"😀${index}"}\n\n`).join(
          "",
        ),
      );
      let size = 1;
      const origin = yield* serve(() => {
        const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
          whole.slice(index * size, (index + 1) * size),
        );
        return new Response(bodyOf(chunks), { headers: { "content-type": events } });
      });
      for (size of [1, 2, 3, 7, 64, 10_000]) {
        const { data } = yield* invoke(document, "a", {}, { baseUrl: origin });
        expect(data).toEqual(read(events, whole));
      }
    }),
  );

  it.scopedLive("that does not end gives what came until the deadline", () =>
    Effect.gen(function* () {
      const { data } = yield* reply(events, () => bodyOf(["data: 1\n\n", "data: é"], "hang"), {
        timeoutMs: 300,
      });
      expect(data).toEqual({ events: [{ data: "1" }], incomplete: "timeout", rest: "data: é" });
    }),
  );

  it.scopedLive("that breaks off in a line gives what came before", () =>
    Effect.gen(function* () {
      const head = `HTTP/1.1 200 OK\r\ncontent-type: ${lines}\r\ncontent-length: 1000\r\n\r\n`;
      const server = yield* Effect.acquireRelease(
        Effect.sync(() =>
          Bun.listen({
            hostname: "127.0.0.1",
            port: 0,
            socket: {
              data: (socket) => {
                socket.write(`${head}{"a":1}\n{"a":`);
                setTimeout(() => socket.end(), 100);
              },
            },
          }),
        ),
        (listener) => Effect.sync(() => listener.stop(true)),
      );
      const { data } = yield* invoke(
        document,
        "a",
        {},
        { baseUrl: `http://127.0.0.1:${server.port}` },
      );
      expect(data).toEqual({ items: [{ a: 1 }], incomplete: "connection", rest: '{"a":' });
    }),
  );

  it.scopedLive("that is too large gives its first 10 MiB", () =>
    Effect.gen(function* () {
      const line = `"${"x".repeat(64 * 1024 - 3)}"\n`;
      const { data, size } = yield* reply(lines, () =>
        bodyOf(Array.from({ length: 200 }, () => line)),
      );
      expect(size).toBe(10 * 1024 * 1024);
      expect(data).toMatchObject({ incomplete: "size", items: { length: 160 } });
    }),
  );

  it.scopedLive("of an error is that error, as far as it came", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        reply(events, () => bodyOf(["data: busy\n\n"], "hang"), { status: 503, timeoutMs: 300 }),
      );
      expect(error).toMatchObject({ status: 503, data: "data: busy\n\n", truncated: ["data"] });
    }),
  );

  it.scopedLive("shows no part of a credential that its chunks or its end cut", () =>
    Effect.gen(function* () {
      const token = "tok_4fJ9kQ2Zr8wXy7Lm1";
      for (let cut = 1; cut < token.length; cut += 3) {
        const chunks = [
          `data: ${token.slice(0, cut)}`,
          `${token.slice(cut)}\n\ndata: ${token.slice(0, cut)}`,
        ];
        const { data } = yield* withToken(token)(
          reply(events, () => bodyOf(chunks, "hang"), { timeoutMs: 200 }),
        );
        const shown = JSON.stringify(data);
        expect(shown).toContain("[redacted]");
        expect(shown).not.toContain(token.slice(0, 5));
      }
    }),
  );

  it.scopedLive(
    "is nothing else: another reply that does not end fails, and says how much came",
    () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          reply("text/plain", () => bodyOf(["12345"], "hang"), { timeoutMs: 200 }),
        );
        expect(error).toMatchObject({ outcome: "timeout" });
        expect(error.message).toContain("within 200 ms; 5 bytes had come.");
      }),
  );
});
