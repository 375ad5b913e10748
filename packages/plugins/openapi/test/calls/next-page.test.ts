import type { Json, JsonObject } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Either, Schema } from "effect";
import fc from "fast-check";
import { buildRequest } from "../../src/calls/request.ts";
import { nextInput } from "../../src/calls/next-page.ts";
import { Binding } from "../../src/calls/binding.ts";
import { describing, load, tool } from "../support.ts";

const query = (name: string, schema: Json, rest: JsonObject = {}): JsonObject => ({
  name,
  in: "query",
  schema,
  ...rest,
});

const document = describing(
  {
    "/repos/{owner}/{repo}/issues": {
      get: {
        operationId: "list",
        parameters: [
          { name: "owner", in: "path", required: true, schema: { type: "string" } },
          { name: "repo", in: "path", required: true, schema: { type: "string" } },
          query("page", { type: "integer" }),
          query("cursor", { type: "string" }),
          query("all", { type: "boolean" }),
          query("ratio", { $ref: "#/components/schemas/Ratio" }),
          query("order", { enum: [1, "desc"] }),
          query("ids", { type: "array", items: { type: "integer" } }),
          query("words", { type: "array", items: { type: "string" } }, { explode: false }),
          query("filter", { type: "object" }, { style: "deepObject", explode: true }),
        ],
        responses: {},
      },
    },
  },
  { components: { schemas: { Ratio: { allOf: [{ type: "number" }] } } } },
);

/** The input that a link leads to, from a call with this input. */
const follow = (target: string, input: JsonObject = {}, base = "https://api.example.com/v1") =>
  Effect.gen(function* () {
    const source = yield* load(document);
    const { binding: stored, inputSchema } = tool(source, "list");
    const binding = yield* Schema.decodeUnknown(Binding)(stored);
    const whole = { owner: "a", repo: "b", ...input };
    const { url } = yield* buildRequest(binding, whole, base, {});
    const call = {
      input: whole,
      url: base,
      inputSchema: { ...inputSchema, $defs: Object.fromEntries(source.definitions) },
    };
    const urls = { target: URL.parse(target, url)?.href ?? "", requestUrl: url, replyUrl: url };
    return {
      next: nextInput(binding, call, urls),
      urlOf: (next: JsonObject) => Either.getOrThrow(buildRequest(binding, next, base, {})).url,
    };
  });

/** The parts of a query, whatever the order of their names. */
const partsOf = (parameters: URLSearchParams): string => {
  const sorted = new URLSearchParams(parameters);
  sorted.sort();
  return sorted.toString();
};

describe("the input of the next page", () => {
  it.effect.each<[string, JsonObject, JsonObject | null]>([
    ["?page=2", {}, { page: 2 }],
    ["?page=2&cursor=a%20b", { page: 1, cursor: "x" }, { page: 2, cursor: "a b" }],
    ["?cursor=n", { page: 1, all: true }, { cursor: "n" }],
    ["?all=false&ratio=0.5&order=1", {}, { all: false, ratio: 0.5, order: 1 }],
    ["?order=desc&ids=1&ids=2&words=a,b", {}, { order: "desc", ids: [1, 2], words: ["a", "b"] }],
    ["?page=1234567890123456789", {}, { page: "1234567890123456789" }],
    ["http://api.example.com/v1/repos/a/b/issues?page=2", {}, { page: 2 }],
    ["https://api.example.com/repositories/7/issues?page=2", {}, { page: 2 }],
    ["?page=2&filter[a]=1", { filter: { a: 1 } }, { page: 2, filter: { a: 1 } }],
  ])("of %s, called with %j, is %j", ([target, input, expected]) =>
    Effect.gen(function* () {
      const { next } = yield* follow(target, input);
      expect(next).toEqual({ owner: "a", repo: "b", ...expected });
    }),
  );

  it.effect.each<[string, JsonObject]>([
    ["?page=1", { page: 1 }],
    ["?page=two", {}],
    ["?page=2&page=3", {}],
    ["?page=2&after=x", {}],
    ["?page=2&cursor=[redacted]", {}],
    ["?page=2&filter[a]=2", { filter: { a: 1 } }],
    ["/v1/repos/a/other/issues?page=2", {}],
    ["/v1/repos/a/b/pulls?page=2", {}],
    ["https://evil.example/v1/repos/a/b/issues?page=2", {}],
  ])("of %s, called with %j, does not exist", ([target, input]) =>
    Effect.gen(function* () {
      expect((yield* follow(target, input)).next).toBeNull();
    }),
  );

  it.effect("leaves what the server's own URL sends with every call", () =>
    Effect.gen(function* () {
      const base = "https://api.example.com/v1?key=k";
      expect((yield* follow("?page=2&key=[redacted]", {}, base)).next).toMatchObject({ page: 2 });
      expect((yield* follow("?page=2", {}, base)).next).toMatchObject({ page: 2 });
    }),
  );

  it.effect("makes the request that the link names", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.record(
            {
              page: fc.integer(),
              cursor: fc.string({ unit: "grapheme", minLength: 1 }),
              all: fc.boolean(),
              ratio: fc.double({ noNaN: true, noDefaultInfinity: true }),
              ids: fc.array(fc.integer(), { minLength: 1 }),
            },
            { requiredKeys: [] },
          ),
          fc.record({ page: fc.integer(), cursor: fc.string() }, { requiredKeys: [] }),
          async (wanted, input) => {
            const parts = Object.entries(wanted).flatMap(([name, value]) =>
              [value].flat().map((each) => [name, String(each)]),
            );
            const target = `?${new URLSearchParams(parts).toString()}`;
            const { next, urlOf } = await Effect.runPromise(follow(target, input));
            const sent = new URL(urlOf(next ?? { owner: "a", repo: "b", ...input }));
            expect(partsOf(sent.searchParams)).toEqual(partsOf(new URLSearchParams(parts)));
          },
        ),
        { numRuns: 50 },
      ),
    ),
  );
});
