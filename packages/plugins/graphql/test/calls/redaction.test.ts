import { describe, expect, it } from "@effect/vitest";
import { offsetsAround, runsIn, withToken } from "@executor/plugin-kit/testing";
import type { Json } from "@executor/sdk";
import { Effect, Either } from "effect";
import { call, plugin, serve, settings } from "../support.ts";

const token = 'tok_4fJ9/kQ2+Zr8"wXy7-Lm1';
const around = (offset: number): string =>
  `${"~".repeat(offset)}${token}${"~".repeat(2_000 - offset)}`;

const unicode = (text: string): string =>
  [...text].map((one) => String.raw`\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

type Write = (text: string) => Response;
const failed = (error: Json, rest: object = { data: null }) =>
  Response.json({ errors: [error], ...rest });

const replies: ReadonlyArray<readonly [string, Write]> = [
  ["an error", (message) => failed({ message })],
  ["an escaped error", (message) => new Response(`{"errors":[{"message":"${unicode(message)}"}]}`)],
  ["an error with data", (message) => failed({ message }, { data: { a: message } })],
  ["an error's path", (text) => failed({ message: "x", path: ["a", text] })],
  ["extensions of an error without a message", (text) => failed({ extensions: { text } })],
  [
    "the fifth error",
    (text) => Response.json({ errors: ["a", "b", "c", "d", text].map((message) => ({ message })) }),
  ],
  [
    "a refusal",
    (message) =>
      Response.json(
        { errors: [{ message, extensions: { code: "BAD_USER_INPUT" } }] },
        { status: 400 },
      ),
  ],
  ["JSON that is no GraphQL", (message) => Response.json({ message }, { status: 502 })],
  ["other JSON", (text) => Response.json({ [text]: text }, { status: 502 })],
  ["a text", (text) => new Response(text, { status: 502 })],
  ["data", (text) => Response.json({ data: { a: text } })],
  [
    "a media type",
    (text) =>
      new Response("x", { headers: { "content-type": `a/b; c=${text.replaceAll(/~+/g, "~")}` } }),
  ],
];

describe("a reply that holds a credential", () => {
  it.scopedLive.each(replies)("at any place shows no part of it: %s", ([, write]) =>
    Effect.gen(function* () {
      let offset = 0;
      const url = yield* serve(() => write(around(offset)));
      const graphQl = yield* plugin;
      const given = { document: "type Query { a: String }", baseUrl: url };
      const source = yield* graphQl.load(settings(given));
      for (offset of offsetsAround(1_000, token)) {
        const result = yield* graphQl
          .invoke(call(source, given, "query.a", {}))
          .pipe(withToken(token), Effect.either);
        const shown = Either.match(result, {
          onLeft: (error) => JSON.stringify([error, error.message]),
          onRight: ({ data }) => JSON.stringify(data),
        });
        expect([offset, runsIn(shown.replaceAll(/\\+"/g, '"'), token)]).toEqual([offset, []]);
      }
    }),
  );
});

describe("introspection that holds a credential", () => {
  it.scopedLive("shows no part of it in the error, at any place", () =>
    Effect.gen(function* () {
      let offset = 0;
      const url = yield* serve(() => failed({ message: around(offset) }));
      const graphQl = yield* plugin;
      for (offset of offsetsAround(300, token)) {
        const error = yield* Effect.flip(graphQl.load(settings({ url })).pipe(withToken(token)));
        expect([offset, runsIn(error.message, token)]).toEqual([offset, []]);
      }
    }),
  );

  it.live("shows no part of it in descriptions, at any place", () =>
    Effect.gen(function* () {
      const graphQl = yield* plugin;
      for (const offset of offsetsAround(1_000, token)) {
        const document = `type Query { ${JSON.stringify(around(offset))} a: String }`;
        const source = yield* graphQl
          .load(settings({ document, baseUrl: "https://api.example.com" }))
          .pipe(withToken(token));
        expect([offset, runsIn(JSON.stringify(source.tools), token)]).toEqual([offset, []]);
      }
    }),
  );
});
