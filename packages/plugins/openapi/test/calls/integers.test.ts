import { describe, expect, it } from "@effect/vitest";
import type { IntegerPlaces, Json, JsonObject } from "@executor/sdk";
import { isArray, isObject } from "@executor/plugin-kit";
import { Effect, Either, Schema } from "effect";
import { Binding } from "../../src/calls/binding.ts";
import { buildRequest } from "../../src/calls/request.ts";
import { describing, load, tool } from "../support.ts";
import { object, sending } from "./arriving.ts";

const digits = "1234567890123456789";

/** The places of all such digits in a value. */
const placesOf = (value: Json): IntegerPlaces | undefined => {
  if (value === digits) return true;
  const below = (key: string | number, item: Json) => {
    const places = placesOf(item);
    return places === undefined ? [] : [[key, places] as const];
  };
  if (isArray(value)) return new Map(value.flatMap((item, index) => below(index, item)));
  return isObject(value)
    ? new Map(Object.entries(value).flatMap(([key, item]) => below(key, item)))
    : undefined;
};

/** The path, query, headers and body of the request that a call of `send` makes. */
const written = (document: string, input: JsonObject) =>
  Effect.map(load(document), (source) => {
    const binding = Schema.decodeUnknownSync(Binding)(tool(source, "send").binding);
    const places = placesOf(input);
    const request = buildRequest(binding, input, "https://a.example", {}, places);
    const { body, headers, url } = Either.getOrThrow(request);
    const text = new TextDecoder().decode(body);
    return [
      decodeURIComponent(url),
      headers["x-p"],
      decodeURIComponent(headers["cookie"] ?? ""),
      text,
    ].join(" ");
  });

const withParameter = (parameter: JsonObject): string =>
  describing({
    "/a": { post: { operationId: "send", parameters: [{ name: "X-P", ...parameter }] } },
  });

describe("integers beyond 2^53 are written in their digits", () => {
  const nested = { a: { id: digits } };
  it.effect.each<[string, JsonObject, Json]>([
    ["an object in an object of a query", { in: "query" }, nested],
    ["an object in a list of a query", { in: "query" }, [nested, digits]],
    ["a list in pipeDelimited", { in: "query", style: "pipeDelimited" }, [digits, [digits]]],
    ["deepObject", { in: "query", style: "deepObject" }, { ...nested, b: digits }],
    ["a header", { in: "header" }, nested],
    ["a header's list", { in: "header" }, [digits, { id: digits }]],
    ["a cookie", { in: "cookie" }, nested],
    ["a parameter's text", { in: "query" }, digits],
  ])("in %s", ([, parameter, value]) =>
    Effect.gen(function* () {
      const text = yield* written(withParameter(parameter), { "X-P": value });
      expect(text).toContain(digits);
      expect(text).not.toContain(`"${digits}"`);
    }),
  );

  const encoded = { ...object, encoding: { list: { style: "spaceDelimited" } } };
  it.effect.each<[string, JsonObject]>([
    ["application/yaml", object],
    ["application/vnd.a+yaml", object],
    ["application/x-ndjson", {}],
    ["application/x-www-form-urlencoded", encoded],
    ["multipart/form-data", encoded],
    ["multipart/mixed", object],
  ])("in %s", ([type, content]) =>
    Effect.gen(function* () {
      const body = { id: digits, list: [digits, { id: digits }], more: [nested], ...nested };
      const given = type === "application/x-ndjson" ? [body] : body;
      const text = yield* written(sending({ [type]: content }), { body: given });
      expect(decodeURIComponent(text).split(digits)).toHaveLength(6);
      expect(decodeURIComponent(text)).not.toContain(`"${digits}"`);
      expect(text).not.toContain("rawJSON");
    }),
  );
});
