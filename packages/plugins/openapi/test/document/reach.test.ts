import type { Json, JsonObject } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { pointer } from "@executor/plugin-kit";
import { Effect } from "effect";
import * as fc from "fast-check";
import { describing, load, tool } from "../support.ts";
import { loadFrom, site } from "./split.ts";

const bodyPlace = "/paths/~1a/post/requestBody/content/application~1json/schema";

const taking = (schema: Json, openapi = "3.1.0"): string =>
  describing(
    {
      "/a": {
        post: { operationId: "a", requestBody: { content: { "application/json": { schema } } } },
      },
    },
    { openapi, components: { schemas: { S: { type: "integer" } } } },
  );

const told = (document: string) =>
  Effect.map(load(document), ({ warnings }) => warnings.map(({ code, place }) => [code, place]));

/** Keywords with values that cannot mean anything there. */
const unusable: ReadonlyArray<readonly [string, Json]> = [
  ["type", "strin"],
  ["type", ["string", "file"]],
  ["required", true],
  ["required", ["a", 3]],
  ["minLength", "3"],
  ["maxItems", -1],
  ["multipleOf", "9007199254740993"],
  ["pattern", 3],
  ["enum", []],
  ["allOf", {}],
  ["oneOf", []],
  ["properties", []],
  ["items", "string"],
  ["format", ["a"]],
  ["discriminator", "kind"],
  ["$dynamicRef", "#node"],
  ["dependencies", { a: ["b"] }],
  ["additionalItems", false],
];

describe("a keyword of a schema", () => {
  it.effect("is told where it is not used, wherever the schema stands", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...unusable),
          fc.array(fc.constantFrom("properties/p", "allOf/0", "items", "not", "anyOf/1"), {
            maxLength: 4,
          }),
          async ([keyword, value], around) => {
            const schema = around.reduceRight<Json>(within, { [keyword]: value });
            const place = [bodyPlace, ...around].join("/") + pointer(keyword);
            expect(await Effect.runPromise(told(taking(schema)))).toEqual([
              ["schema_keyword_ignored", place],
            ]);
          },
        ),
        { numRuns: 60 },
      ),
    ),
  );

  it.effect("that is used, or only describes, is not told", () =>
    Effect.gen(function* () {
      const schema = {
        type: ["object", "null"],
        nullable: true,
        exclusiveMinimum: true,
        minimum: 3,
        example: { $ref: "no.yaml" },
        xml: {},
        $comment: "x",
        items: [{ type: "string" }, false],
        default: null,
        additionalProperties: false,
        "x-own": {},
        discriminator: { propertyName: "a" },
      };
      expect(yield* told(taking(schema))).toEqual([]);
    }),
  );
});

const within = (schema: Json, place: string): JsonObject => {
  const [keyword = "", key] = place.split("/");
  if (key === undefined) return { [keyword]: schema };
  return { [keyword]: key === "p" ? { p: schema } : key === "0" ? [schema] : [true, schema] };
};

describe("members beside a reference", () => {
  it.effect("are told where OpenAPI ignores them", () =>
    Effect.gen(function* () {
      const schema = {
        $ref: "#/components/schemas/S",
        description: "d",
        nullable: true,
        maximum: 4,
        allOf: [{ $ref: "no.yaml" }],
      };
      expect(yield* told(taking(schema, "3.0.3"))).toEqual([
        ["reference_members_ignored", `${bodyPlace}/maximum`],
        ["reference_members_ignored", `${bodyPlace}/allOf`],
      ]);
      const used = { $ref: "#/components/schemas/S", maximum: 4 };
      const source = yield* load(taking(used));
      expect(source.warnings).toEqual([]);
      expect(tool(source, "a").inputSchema["properties"]).toEqual({
        body: { $ref: "#/$defs/S", maximum: 4 },
      });
    }),
  );
});

describe("values of another form", () => {
  it.effect("are told, but for null", () =>
    Effect.gen(function* () {
      const operation = {
        operationId: "a",
        parameters: { p: {} },
        responses: [{ description: "ok" }],
        requestBody: { content: ["application/json"] },
      };
      const found = yield* told(describing({ "/a": { post: operation, parameters: "p" } }));
      expect(found).toContainEqual(["not_a_list", "/paths/~1a/parameters"]);
      expect(found).toContainEqual(["not_a_list", "/paths/~1a/post/parameters"]);
      expect(found).toContainEqual(["not_an_object", "/paths/~1a/post/responses"]);
      expect(found).toContainEqual(["not_an_object", "/paths/~1a/post/requestBody/content"]);
      const empty = { operationId: "a", parameters: null, responses: null };
      expect(yield* told(describing({ "/a": { post: empty } }))).toEqual([]);
    }),
  );
});

describe("a discriminator in another document", () => {
  it.scopedLive("leads to the schemas of its mapping, from where it is written", () =>
    Effect.gen(function* () {
      const { url } = yield* site({
        "openapi.json": taking({ $ref: "parts/animals.yaml#/Animal" }),
        "parts/animals.yaml": `
Animal:
  oneOf: [{ $ref: "#/Cat" }, { $ref: dog.yaml }]
  discriminator:
    propertyName: kind
    mapping: { cat: "#/Cat", dog: dog.yaml, bird: "birds.yaml#/Bird", gone: "#/Gone", none: Nothing }
Cat: { type: object }`,
        "parts/dog.yaml": "{ type: object, properties: { bark: { type: boolean } } }",
        "parts/birds.yaml": "Bird: { type: object, properties: { wings: { type: integer } } }",
      });
      const source = yield* loadFrom(`${url}openapi.json`);
      expect(source.definitions.get("Animal")?.["discriminator"]).toEqual({
        propertyName: "kind",
        mapping: { cat: "#/$defs/Cat", dog: "#/$defs/dog", bird: "#/$defs/Bird" },
      });
      const place = `${url}parts/animals.yaml#/Animal/discriminator/mapping`;
      expect(source.warnings.map(({ code, place: at }) => [code, at])).toEqual([
        ["reference_not_found", `${place}/gone`],
        ["reference_not_found", `${place}/none`],
      ]);
    }),
  );
});

describe("a document of OpenAPI 3.0 that one of 3.1 refers to", () => {
  it.scopedLive("has its own words for null and for exclusive bounds", () =>
    Effect.gen(function* () {
      const { url } = yield* site({
        "openapi.json": taking({ $ref: "old.yaml#/components/schemas/N" }),
        "old.yaml": `
openapi: 3.0.0
components: { schemas: { N: { type: number, nullable: true, minimum: 3, exclusiveMinimum: true } } }`,
      });
      const source = yield* loadFrom(`${url}openapi.json`);
      expect(source.definitions.get("N")).toEqual({
        type: ["number", "null"],
        exclusiveMinimum: 3,
      });
    }),
  );
});

describe("a path of a cloud", () => {
  it.effect("is told where a part of it is not sent, or it becomes no tool", () =>
    Effect.gen(function* () {
      const document = describing(
        { "/#Action=List": { get: { operationId: "a" } }, "/#none": {} },
        { "x-ms-paths": { "/x?comp=list": { get: {} } } },
      );
      expect(yield* told(document)).toEqual([
        ["path_fragment_not_sent", "/paths/~1#Action=List"],
        ["ms_paths_not_used", "/x-ms-paths/~1x?comp=list"],
      ]);
    }),
  );
});

describe("the version of a description", () => {
  it.effect("may be a number, as YAML reads it", () =>
    Effect.gen(function* () {
      const rest =
        "paths: { /a: { get: { operationId: a } } }\nservers: [{ url: https://a.example }]";
      for (const version of ["3.0", "3.1", "3", '" 3.0.3"', "3.2"]) {
        const source = yield* load(`openapi: ${version}\n${rest}`);
        expect(source.tools.map(({ path }) => path)).toEqual(["a"]);
      }
      for (const version of ["3.3.0", "4", "30", "true"]) {
        const error = yield* Effect.flip(load(`openapi: ${version}\n${rest}`));
        expect(error.message).toContain("Give a description of Swagger 2.0 or OpenAPI 3.0 to 3.2.");
      }
    }),
  );
});

describe("a part of a description that is too large to be read at once", () => {
  it.effect("is told and left out, and what is beside it stays", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 20_001 }, () => ({}));
      const document = describing(
        {
          "/a": { get: { operationId: "a", parameters: many } },
          "/b": { parameters: many, get: { operationId: "b" } },
          "/c": {
            get: { operationId: "c", responses: { 200: { $ref: "#/components/responses/C" } } },
          },
        },
        {
          components: {
            responses: {
              C: {
                content: { "application/json": { schema: { $ref: "#/components/schemas/C" } } },
              },
            },
            schemas: { C: { properties: { many: { allOf: many } } } },
          },
        },
      );
      const source = yield* load(document);
      expect(source.tools.map(({ path }) => path)).toEqual(["c"]);
      const places = source.warnings.flatMap(({ code, place }) =>
        code === "part_too_large" ? [place] : [],
      );
      expect(places).toEqual(["/paths/~1b", "/paths/~1a/get", "/components/schemas/C"]);
      expect(tool(source, "c").outputSchema).toEqual({});
    }),
  );
});
