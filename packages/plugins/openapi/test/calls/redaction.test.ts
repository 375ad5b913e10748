import { describe, expect, it } from "@effect/vitest";
import { offsetsAround, runsIn, withToken } from "@executor/plugin-kit/testing";
import { Effect, Either } from "effect";
import { describing, invoke, load, serve } from "../support.ts";

const token = 'tok_4fJ9/kQ2+Zr8"wXy7-Lm1';
const get = { get: { operationId: "get", responses: {} } };

/** Filler without any character of the token. */
const around = (offset: number, length: number, secret = token): string =>
  `${"~".repeat(offset)}${secret}${"~".repeat(Math.max(0, length - offset))}`;

const utf16 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(text, "utf16le"));

/** Everything of a call that the agent can see. */
const seen = (origin: string, path: string) =>
  invoke(describing({ [path]: get }), "get", {}, { baseUrl: origin }).pipe(
    withToken(token),
    Effect.either,
    Effect.map((result) => {
      const shown = Either.match(result, {
        onLeft: (error) => JSON.stringify({ ...error, message: error.message }),
        onRight: ({ data }) => JSON.stringify(data),
      });
      const base64 = /"base64":"([^"]*)"/.exec(shown)?.[1] ?? "";
      const bytes = Buffer.from(base64, "base64");
      return `${shown} ${bytes.toString("latin1")} ${bytes.toString("utf16le")}`.replaceAll(
        '\\"',
        '"',
      );
    }),
  );

type Write = (text: string) => Response;

const failing = (body: BodyInit, contentType: string): Response =>
  new Response(body, { status: 500, headers: { "content-type": contentType } });

const unicode = (text: string): string =>
  [...text].map((one) => String.raw`\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

/** Error texts that are cut at 500 characters. */
const errors: ReadonlyArray<readonly [string, Write]> = [
  ["a text", (text) => failing(text, "text/plain")],
  ["a text in UTF-16", (text) => failing(utf16(text), "text/plain; charset=utf-16le")],
  ["a text in UTF-16 that says UTF-8", (text) => failing(utf16(text), "text/plain")],
  // ISO-2022-JP switches to ASCII, in which it is, before the fifth character of the value.
  [
    "a text with a charset's switches",
    (text) =>
      failing(
        text.replaceAll("tok_", "tok_\u001b(B").replaceAll("kQ2", "kQ\u001b(B2"),
        "text/plain; charset=iso-2022-jp",
      ),
  ],
  ["JSON", (text) => failing(JSON.stringify({ message: text }), "application/json")],
  ["escaped JSON", (text) => failing(`{"message":"${unicode(text)}"}`, "application/json")],
  [
    "JSON in JSON",
    (text) => failing(JSON.stringify({ message: JSON.stringify({ text }) }), "application/json"),
  ],
  ["a JSON key", (text) => failing(JSON.stringify({ [text]: 1 }), "application/json")],
  [
    "a list of problems",
    (text) => failing(JSON.stringify({ errors: [{ text }] }), "application/json"),
  ],
  ["broken JSON", (text) => failing(`{"message":${JSON.stringify(text)}`, "application/json")],
  ["a percent-encoded text", (text) => failing(encodeURIComponent(text), "text/plain")],
  ["Base64", (text) => failing(btoa(text), "text/plain")],
];

describe("a reply that holds a credential", () => {
  it.scopedLive.each(errors)(
    "at any place of an error's text shows no part of it: %s",
    ([, write]) =>
      Effect.gen(function* () {
        const origin = yield* serve((_, url) =>
          write(around(Number(url.searchParams.get("at")), 1_000)),
        );
        const offsets = offsetsAround(500, token);
        const shown = yield* Effect.forEach(offsets, (offset) => seen(origin, `/?at=${offset}`), {
          concurrency: 20,
        });
        expect(shown.map((text) => runsIn(text, token))).toEqual(offsets.map(() => []));
        expect(
          shown.some((text) => text.replaceAll(String.raw`\u0000`, "").includes("[redacted]")),
        ).toBe(true);
      }),
  );

  it.scopedLive.each<readonly [string, Write]>([
    ["text", (text) => new Response(text)],
    ["JSON", (text) => Response.json({ [text]: [text] })],
    ["bytes", (text) => new Response(text, { headers: { "content-type": "image/png" } })],
    [
      "bytes in UTF-16",
      (text) => new Response(utf16(text), { headers: { "content-type": "image/png" } }),
    ],
    [
      "compressed bytes",
      (text) =>
        new Response(Bun.gzipSync(Buffer.from(text)), {
          headers: { "content-type": "image/png", "content-encoding": "gzip" },
        }),
    ],
    [
      "a media type",
      (text) => new Response("x", { headers: { "content-type": `image/png; x=${text}` } }),
    ],
    ["a status text", (text) => new Response("", { status: 500, statusText: text })],
  ])("or ends or begins inside of one shows no part of it: %s", ([name, write]) =>
    Effect.gen(function* () {
      const origin = yield* serve((_, { searchParams: given }) =>
        write(around(20, 40).slice(Number(given.get("from")), Number(given.get("to")))),
      );
      const ends = Array.from({ length: token.length }, (_, at) => [0, 20 + at] as const);
      const starts = Array.from({ length: token.length }, (_, at) => [20 + at, 60] as const);
      const isBody = /^(text|bytes|compressed bytes)/.test(name);
      // Only a body's own edges may cut a value: JSON and headers end elsewhere.
      const cuts = isBody ? [...ends, ...starts] : [[0, 60] as const];
      for (const [from, to] of cuts) {
        expect([from, to, runsIn(yield* seen(origin, `/?from=${from}&to=${to}`), token)]).toEqual([
          from,
          to,
          [],
        ]);
      }
    }),
  );

  it.scopedLive("in chunks, one byte each, is redacted as a whole", () =>
    Effect.gen(function* () {
      const origin = yield* serve(
        () =>
          new Response(
            new ReadableStream<Uint8Array>({
              start: async (controller) => {
                for (const byte of new TextEncoder().encode(around(9, 30))) {
                  controller.enqueue(Uint8Array.of(byte));
                  await Bun.sleep(0);
                }
                controller.close();
              },
            }),
            { headers: { "content-type": "text/plain" } },
          ),
      );
      expect(yield* seen(origin, "/")).toContain(`${"~".repeat(9)}[redacted]${"~".repeat(21)}`);
    }),
  );
});

describe("a description that holds a credential", () => {
  const word = "tok_4fJ9kQ2Zr8wXy7Lm1";
  const yaml = (text: string) =>
    `"${[...text].map((one) => String.raw`\U${one.charCodeAt(0).toString(16).padStart(8, "0")}`).join("")}"`;

  it.live.each<readonly [string, (text: string) => string]>([
    [
      "JSON",
      (text) =>
        describing(
          {
            "/a": {
              get: {
                ...get.get,
                description: text,
                parameters: [{ in: "query", name: "q", description: text }],
              },
            },
          },
          { components: { schemas: { [text]: {} } } },
        ),
    ],
    [
      "YAML's own escapes",
      (text) =>
        `openapi: 3.1.0\ninfo: {title: T, version: "1"}\npaths:\n  /a:\n    get:\n      operationId: get\n      description: ${yaml(text)}\n      responses: {}\n`,
    ],
  ])("at any place shows no part of it: %s", ([, write]) =>
    Effect.gen(function* () {
      for (const offset of offsetsAround(1_000, word).filter((at) => at % 5 === 0 || at > 900)) {
        const source = yield* load(write(around(offset, 1_500, word)), {
          baseUrl: "https://api.example.com",
        }).pipe(withToken(word));
        expect(runsIn(JSON.stringify([source, ...source.definitions]), word)).toEqual([]);
      }
    }),
  );

  it.live("in the names of operations loses those operations only", () =>
    Effect.gen(function* () {
      const { tools } = yield* load(
        describing({
          "/a": { get: { operationId: word, responses: {} } },
          "/b": get,
          [`/${word}`]: { get: {} },
        }),
      ).pipe(withToken(word));
      expect(tools.map(({ path }) => path)).toEqual(["get"]);
    }),
  );
});
