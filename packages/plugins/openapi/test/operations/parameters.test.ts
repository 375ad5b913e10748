import type { JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as fc from "fast-check";
import { describing, invoke, load, serve, tool } from "../support.ts";
import type { Given } from "../support.ts";

const withParameters = (...parameters: ReadonlyArray<JsonObject>): string =>
  describing({ "/a": { get: { operationId: "a", parameters } } });

const inputsOf = (document: string, given: Given = {}) =>
  Effect.map(load(document, given), (source) =>
    Object.keys(member(tool(source, "a").inputSchema, "properties") ?? {}),
  );

/** What arrives of a call: the query, and the headers. */
const sent = (document: string, input: JsonObject, given: Given = {}) =>
  Effect.gen(function* () {
    const headers = new Headers();
    let query = "";
    const origin = yield* serve((request, url) => {
      request.headers.forEach((value, name) => headers.set(name, value));
      query = url.search;
      return new Response(null, { status: 204 });
    });
    const baseUrl = `${origin}${given.baseUrl ?? ""}`;
    yield* invoke(document, "a", input, { ...given, baseUrl });
    return { headers, query };
  });

describe("parameters that the operator configured", () => {
  const header = { name: "X-API-Key", in: "header", required: true, schema: { type: "string" } };

  it.effect("are no inputs, whatever their case", () =>
    Effect.gen(function* () {
      const document = withParameters(header, { name: "q", in: "query" });
      expect(yield* inputsOf(document)).toEqual(["q", "X-API-Key"]);
      const source = yield* load(document, { headers: { "x-api-KEY": "k" } });
      expect(tool(source, "a").inputSchema).toEqual({
        type: "object",
        properties: { q: {} },
        additionalProperties: false,
      });
    }),
  );

  it.effect("are no inputs for any name and spelling of it", () =>
    Effect.promise(() => {
      const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/).map((end) => `X-${end}`);
      const mixed = fc.tuple(name, fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }));
      return fc.assert(
        fc.asyncProperty(mixed, async ([written, upper]) => {
          const spelled = [...written]
            .map((c, i) => (upper[i] === true ? c.toUpperCase() : c.toLowerCase()))
            .join("");
          const document = withParameters({ name: written, in: "header", required: true });
          expect(
            await Effect.runPromise(inputsOf(document, { headers: { [spelled]: "v" } })),
          ).toEqual([]);
        }),
        { numRuns: 50 },
      );
    }),
  );

  it.effect("stay inputs of an operation on another origin, which the headers do not reach", () =>
    Effect.gen(function* () {
      const document = describing({
        "/a": {
          get: {
            operationId: "a",
            parameters: [header],
            servers: [{ url: "https://other.example" }],
          },
        },
      });
      expect(yield* inputsOf(document, { headers: { "X-API-Key": "k" } })).toEqual(["X-API-Key"]);
    }),
  );

  it.scopedLive("may be in the URL's query and in the cookie header, which keep the others", () =>
    Effect.gen(function* () {
      const document = withParameters(
        { name: "key", in: "query", required: true },
        { name: "page", in: "query" },
        { name: "session", in: "cookie", required: true },
        { name: "theme", in: "cookie" },
      );
      const given = { headers: { Cookie: "session=s" }, baseUrl: "/v1?key=k" };
      const { headers, query } = yield* sent(document, { page: 2, theme: "dark" }, given);
      expect(query).toBe("?key=k&page=2");
      expect(headers.get("cookie")).toBe("session=s; theme=dark");
      const inputs = yield* inputsOf(document, { ...given, baseUrl: "https://a.example?key=k" });
      expect(inputs).toEqual(["page", "theme"]);
    }),
  );
});

describe("parameters that cannot be sent as they are described", () => {
  it.effect("are told with their place", () =>
    Effect.gen(function* () {
      const source = yield* load(
        describing({
          "/a/{id}": {
            parameters: [{ name: "elsewhere", in: "path" }],
            get: {
              operationId: "a",
              parameters: [
                { $ref: "#/components/parameters/Nowhere" },
                { in: "query" },
                { name: "x", in: "formData" },
                { name: "a b", in: "header" },
                { name: "Authorization", in: "header", required: true },
                { name: "Accept", in: "header", required: true },
                { name: "Authorization", in: "header" },
                { name: "q", in: "query", style: "simple" },
                { name: "h", in: "header", style: "form" },
                { name: "id", in: "path", style: 7 },
              ],
            },
          },
        }),
      );
      const warned = source.warnings.map(({ code, place }) => `${code} ${place}`);
      const at = "/paths/~1a~1{id}/get/parameters";
      expect(warned).toEqual([
        `reference_not_found ${at}/0`,
        "parameter_ignored /paths/~1a~1{id}/parameters/0",
        `parameter_ignored ${at}/1`,
        `parameter_ignored ${at}/2`,
        `parameter_ignored ${at}/3`,
        `parameter_ignored ${at}/4`,
        `parameter_ignored ${at}/6`,
        `style_unknown ${at}/9`,
        `style_unknown ${at}/7`,
        `style_unknown ${at}/8`,
      ]);
      const binding = tool(source, "a").binding;
      const written = member(binding, "parameters");
      expect(written).toMatchObject([
        { name: "id", style: "simple", explode: false },
        { name: "q", style: "form", explode: true },
        { name: "h", style: "simple", explode: false },
      ]);
    }),
  );

  it.effect("says nothing of Authorization where the source's settings give it", () =>
    Effect.gen(function* () {
      const document = withParameters({ name: "Authorization", in: "header", required: true });
      const warningsOf = (given: Given) =>
        Effect.map(load(document, given), ({ warnings }) => warnings.length);
      expect(yield* warningsOf({})).toBe(1);
      expect(yield* warningsOf({ headers: { authorization: "Bearer t" } })).toBe(0);
    }),
  );
});

describe("parameters with content, empty values and cookies", () => {
  it.scopedLive("are sent as JSON, or as the text that the caller writes", () =>
    Effect.gen(function* () {
      const content = (type: string) => ({ content: { [type]: { schema: {} } } });
      const { headers, query } = yield* sent(
        withParameters(
          { name: "json", in: "query", ...content("application/json") },
          { name: "word", in: "query", ...content("application/vnd.x+json; v=1") },
          { name: "text", in: "query", ...content("text/plain") },
          { name: "xml", in: "query", ...content("application/xml") },
          { name: "X-Json", in: "header", ...content("application/json") },
        ),
        { json: { a: [1] }, word: "w", text: "a b", xml: "<a/>", "X-Json": "ü" },
      );
      expect([...new URLSearchParams(query)]).toEqual([
        ["json", '{"a":[1]}'],
        ["word", '"w"'],
        ["text", "a b"],
        ["xml", "<a/>"],
      ]);
      expect(headers.get("x-json")).toBe('"\\u00fc"');
    }),
  );

  it.scopedLive("may be empty where the description allows it", () =>
    Effect.gen(function* () {
      const document = withParameters({
        name: "verbose",
        in: "query",
        allowEmptyValue: true,
        schema: { type: "boolean" },
      });
      const source = yield* load(document);
      expect(member(tool(source, "a").inputSchema, "properties")).toEqual({
        verbose: { anyOf: [{ type: "boolean" }, { const: "" }] },
      });
      expect((yield* sent(document, { verbose: "" })).query).toBe("?verbose=");
    }),
  );

  it.scopedLive("are cookies in OpenAPI 3.2's own style without the encoding of a form", () =>
    Effect.gen(function* () {
      const document = withParameters(
        { name: "a", in: "cookie", style: "cookie" },
        { name: "b", in: "cookie" },
      );
      const { headers } = yield* sent(document, { a: ["x=y", "p;q"], b: "x=y" });
      expect(headers.get("cookie")).toBe("a=x=y; a=p%3Bq; b=x%3Dy");
    }),
  );
});
