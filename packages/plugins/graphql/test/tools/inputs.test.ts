import { describe, expect, it } from "@effect/vitest";
import type { JsonObject } from "@executor/sdk";
import { Effect } from "effect";
import { buildSchema, introspectionFromSchema } from "graphql";
import { loadText, problemsOf } from "../support.ts";

const sdl = `
scalar Moment
enum Kind { A B }
input One @oneOf { id: ID name: String at: Moment kinds: [Kind] }
type Query {
  page(first: Int! = 5): Int
  at(moment: Moment!, other: Moment): Int
  one(by: One!, or: One): Int
}
`;

const introspected = JSON.stringify(
  introspectionFromSchema(buildSchema(sdl), { oneOf: true, inputValueDeprecation: true }),
);

describe.each([
  ["a schema file", sdl],
  ["introspection", introspected],
])("an input by %s", (_, document) => {
  it.effect.each<readonly [string, JsonObject]>([
    ["page", {}],
    ["page", { first: 1 }],
    ["at", { moment: 0 }],
    ["at", { moment: "", other: null }],
    ["at", { moment: { any: [null] } }],
    ["one", { by: { id: "1" } }],
    ["one", { by: { id: 1 }, or: null }],
    ["one", { by: { at: false } }],
    ["one", { by: { kinds: ["A", null] }, or: { name: "" } }],
  ])("%s takes %j", ([field, input]) =>
    Effect.gen(function* () {
      const source = yield* loadText(document);
      expect(problemsOf(source, `query.${field}`, input)).toBeUndefined();
    }),
  );

  it.effect.each<readonly [string, JsonObject, string]>([
    ["page", { first: null }, "input.first"],
    ["at", { moment: null }, "input.moment"],
    ["at", {}, '"moment"'],
    ["one", { by: null }, "input.by"],
    ["one", { by: {} }, "input.by"],
    ["one", { by: { id: null } }, "input.by.id"],
    ["one", { by: { at: null } }, "input.by.at"],
    ["one", { by: { kinds: null } }, "input.by.kinds"],
    ["one", { by: { id: "1", name: "a" } }, "input.by"],
    ["one", { by: { id: "1", name: null } }, "input.by"],
    ["one", { by: { id: "1" }, or: { id: "1", at: 1 } }, "input.or"],
    ["one", { by: { other: 1 } }, "input.by"],
  ])("%s refuses %j: %s", ([field, input, place]) =>
    Effect.gen(function* () {
      const source = yield* loadText(document);
      expect(problemsOf(source, `query.${field}`, input)).toContain(place);
    }),
  );
});
