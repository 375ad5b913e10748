import { describe, expect, it } from "@effect/vitest";
import type { Json, JsonObject } from "@executor/sdk";
import { Effect, Either } from "effect";
import * as fc from "fast-check";
import { describing, invoke, load, serve, tool } from "../support.ts";

const operation = (parameter: JsonObject, rest: JsonObject = {}) =>
  describing({ "/a/{id}": { get: { operationId: "get", parameters: [parameter], ...rest } } });

const annotationsOf = (document: string) =>
  Effect.map(load(document), (source) => tool(source, "get").annotations);

const inAnyCase = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) =>
      [...name].map((one, at) => (upper[at] === true ? one.toUpperCase() : one)).join(""),
    );

describe("an operation by which another can be smuggled", () => {
  it.live("is a write that may delete, whatever the name's case and place", () =>
    Effect.gen(function* () {
      const names = [
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
        "http-method-override",
        "x-original-url",
        "_method",
        "$method",
        "httpmethod",
        "x-http-verb",
        "_http_method",
        "x_http_method_override",
      ];
      const places = fc.constantFrom("query", "header", "cookie");
      const samples = fc.sample(fc.tuple(fc.constantFrom(...names).chain(inAnyCase), places), 200);
      for (const [name, place] of samples) {
        const annotations = yield* annotationsOf(operation({ in: place, name }));
        expect([name, place, annotations]).toMatchObject([
          name,
          place,
          { readOnly: false, destructive: true, requiresApproval: true },
        ]);
      }
    }),
  );

  it.live.each<readonly [string, JsonObject, JsonObject?]>([
    ["a method among HTTP's", { in: "query", name: "method", schema: { enum: ["GET", "DELETE"] } }],
    ["a body", { in: "query", name: "q" }, { requestBody: { content: {} } }],
  ])("is a write by %s", ([, parameter, rest]) =>
    Effect.gen(function* () {
      expect(yield* annotationsOf(operation(parameter, rest))).toMatchObject({
        readOnly: false,
        requiresApproval: true,
      });
    }),
  );

  it.live.each([
    "method",
    "methodId",
    "payment_method",
    "q",
    "methodology",
    "verbose",
    "x-request-id",
  ])("is none by the name %s", (name) =>
    Effect.gen(function* () {
      expect(yield* annotationsOf(operation({ in: "query", name }))).toMatchObject({
        readOnly: true,
        requiresApproval: false,
      });
    }),
  );
});

interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyArray<string>;
  readonly headers: ReadonlyArray<string>;
  readonly body: string;
}

const document = describing({
  "/a/{one}/b/{two}": {
    get: {
      operationId: "get",
      parameters: [
        { in: "path", name: "one" },
        { in: "path", name: "two", style: "matrix", explode: true },
        { in: "query", name: "q" },
        { in: "query", name: "r", allowReserved: true },
        { in: "query", name: "o", style: "form", explode: true },
        { in: "query", name: "d", style: "deepObject" },
        { in: "header", name: "X-Note" },
        { in: "cookie", name: "c" },
      ],
    },
  },
});

const piece = fc.constantFrom(
  "..",
  ".",
  "/",
  "\\",
  "%2f",
  "%2e",
  "%252e",
  "%5c",
  "?",
  "#",
  "&",
  ";",
  "=",
  "+",
  "\r\n",
  "\n",
  "\t",
  "\u0000",
  " ",
  "_method=DELETE",
  "X-HTTP-Method-Override: DELETE",
  "http://evil.example/",
  "@",
  ":",
  "a",
  "é",
  "😀",
  "{one}",
  "$&",
  "'",
  '"',
  ",",
);
const hostile = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
/** Most paths with many such pieces are refused. */
const segment = fc.array(piece, { minLength: 1, maxLength: 2 }).map((pieces) => pieces.join(""));
const names = fc.constantFrom("_method", "X-HTTP-Method-Override", "a", "httpMethod", "b&_method");
const objects = fc.dictionary(fc.oneof(names, hostile), hostile, { maxKeys: 2 });

describe("a read with any values", () => {
  it.scopedLive("arrives as the operation that it is, or is not sent", () =>
    Effect.gen(function* () {
      const arrivals: Array<Arrival> = [];
      const origin = yield* serve(async (request) => {
        const { pathname, searchParams } = new URL(request.url);
        arrivals.push({
          method: request.method,
          path: pathname,
          query: [...searchParams.keys()],
          headers: [...request.headers.keys()],
          body: await request.text(),
        });
        return Response.json(null);
      });
      const input = fc.record<Record<string, Json>>(
        {
          one: segment,
          two: fc.oneof(segment, fc.array(segment, { minLength: 1, maxLength: 2 })),
          q: hostile,
          r: hostile,
          o: objects,
          d: objects,
          "X-Note": hostile,
          c: fc.oneof(hostile, fc.array(hostile, { maxLength: 2 })),
        },
        { requiredKeys: ["one", "two"] },
      );
      let sent = 0;
      for (const given of fc.sample(input, 1_000)) {
        arrivals.length = 0;
        const result = yield* Effect.either(invoke(document, "get", given, { baseUrl: origin }));
        const [arrival] = arrivals;
        if (Either.isLeft(result))
          expect([given, result.left, arrival]).toMatchObject([
            given,
            { outcome: "invalid_input" },
            undefined,
          ]);
        if (arrival === undefined) continue;
        sent += 1;
        const { body, headers, method, path, query } = arrival;
        expect([given, method, body, path.split("/").length]).toEqual([given, "GET", "", 5]);
        expect(path).toMatch(/^\/a\/[^/]+\/b\/[^/]+$/);
        let decoded = path;
        for (let count = 0; count < 3; count += 1)
          decoded = decoded.replaceAll(/%[0-9a-f]{2}/gi, (byte) =>
            String.fromCharCode(Number.parseInt(byte.slice(1), 16)),
          );
        expect([given, decoded.split(/[/\\]/).filter((part) => /^\.\.?(;|$)/.test(part))]).toEqual([
          given,
          [],
        ]);
        const members = Object.keys(
          typeof given["o"] === "object" && given["o"] !== null ? given["o"] : {},
        );
        const allowed = new Set(["q", "r", ...members]);
        expect(query.filter((name) => !allowed.has(name) && !name.startsWith("d["))).toEqual([]);
        expect(
          query.filter((name) => /^(_method|X-HTTP-Method-Override|httpMethod)$/i.test(name)),
        ).toEqual([]);
        expect(headers.filter((name) => /method|authorization/.test(name))).toEqual([]);
      }
      expect(sent).toBeGreaterThan(200);
    }),
  );
});
