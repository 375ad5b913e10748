import type { Json, JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { describing, load, tool } from "../support.ts";

/** Reads one schema as a query parameter's, in a description of this version. */
const read = (schema: Json, components: JsonObject = {}, openapi = "3.1.0") =>
  Effect.map(
    load(
      describing(
        {
          "/a": {
            get: { operationId: "a", parameters: [{ name: "p", in: "query", schema }] },
          },
        },
        { openapi, components: { schemas: components } },
      ),
    ),
    (source) => {
      const { properties } = tool(source, "a").inputSchema;
      return {
        schema: member(properties, "p"),
        definitions: Object.fromEntries(source.definitions),
      };
    },
  );

describe("schemas of OpenAPI 3.0", () => {
  it.effect.each<[Json, Json]>([
    [{ type: "string", nullable: true }, { type: ["string", "null"] }],
    [
      { type: "string", nullable: true, enum: ["a"] },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [
      { allOf: [{ type: "string" }], nullable: true },
      { anyOf: [{ allOf: [{ type: "string" }] }, { type: "null" }] },
    ],
    [{ minimum: 1, exclusiveMinimum: true }, { exclusiveMinimum: 1 }],
    [{ maximum: 9, exclusiveMaximum: false }, { maximum: 9 }],
    [
      { type: "object", properties: { a: { nullable: true, type: "number" } } },
      { type: "object", properties: { a: { type: ["number", "null"] } } },
    ],
    [{ type: "string", example: "x", xml: {}, "x-big": [], externalDocs: {} }, { type: "string" }],
  ])("%j", ([schema, expected]) =>
    Effect.gen(function* () {
      expect((yield* read(schema, {}, "3.0.3")).schema).toEqual(expected);
    }),
  );

  it.effect("keeps only the reference and its description, as 3.0 says", () =>
    Effect.gen(function* () {
      const { schema } = yield* read(
        { $ref: "#/components/schemas/A", description: "An A.", type: "number" },
        { A: { type: "string" } },
        "3.0.3",
      );
      expect(schema).toEqual({ $ref: "#/$defs/A", description: "An A." });
    }),
  );
});

describe("schemas", () => {
  it.effect.each<[Json, Json]>([
    [true, {}],
    [false, { not: {} }],
    [{ type: ["string", "null"], examples: ["x"] }, { type: ["string", "null"] }],
    [{ type: "file", format: 3, required: true, enum: "a" }, {}],
    [{ pattern: "^[\\w-.]+$" }, { pattern: "^[\\w-.]+$" }],
    [
      { type: "string", pattern: "^a$" },
      { type: "string", pattern: "^a$" },
    ],
    [{ $id: "https://x", $anchor: "a", const: 1 }, { const: 1 }],
    [{ items: [{ type: "string" }] }, { prefixItems: [{ type: "string" }] }],
    [
      { additionalProperties: false, exclusiveMinimum: 3 },
      { additionalProperties: false, exclusiveMinimum: 3 },
    ],
    [{ $ref: "#/components/schemas/Nowhere" }, {}],
    [{ $ref: "other.yaml#/A" }, {}],
    [{ $ref: "#/components/schemas/constructor" }, {}],
  ])("%j", ([schema, expected]) =>
    Effect.gen(function* () {
      expect((yield* read(schema)).schema).toEqual(expected);
    }),
  );

  it.effect("defines the targets of references once, cycles included, and nothing else", () =>
    Effect.gen(function* () {
      const { definitions, schema } = yield* read(
        { $ref: "#/components/schemas/Node" },
        {
          Node: {
            type: "object",
            properties: {
              next: { $ref: "#/components/schemas/Node" },
              name: { $ref: "#/components/schemas/Name" },
            },
          },
          Name: { type: "string" },
          Unused: { type: "number" },
        },
      );
      expect(schema).toEqual({ $ref: "#/$defs/Node" });
      expect(definitions).toEqual({
        Node: {
          type: "object",
          properties: { next: { $ref: "#/$defs/Node" }, name: { $ref: "#/$defs/Name" } },
        },
        Name: { type: "string" },
      });
    }),
  );

  it.effect("opens schemas that only refer to themselves", () =>
    Effect.gen(function* () {
      const { definitions } = yield* read(
        { $ref: "#/components/schemas/A" },
        {
          A: { $ref: "#/components/schemas/B" },
          B: { allOf: [{ $ref: "#/components/schemas/A" }, { type: "object" }] },
        },
      );
      expect(definitions["A"]).toEqual({});
      expect(definitions["B"]).toEqual({ allOf: [{ $ref: "#/$defs/A" }, { type: "object" }] });
    }),
  );

  it.effect("names schemas elsewhere after their path, and unsafe names by a fingerprint", () =>
    Effect.gen(function* () {
      const source = yield* load(
        `{"openapi":"3.1.0","servers":[{"url":"https://a.example"}],"paths":{"/a":{"get":{"operationId":"a","parameters":[
          {"name":"p","in":"query","schema":{"$ref":"#/components/schemas/A/properties/b"}},
          {"name":"q","in":"query","schema":{"$ref":"#/components/schemas/__proto__"}},
          {"name":"r","in":"query","schema":{"$ref":"#/paths/~1a/get/responses/200/schema"}},
          {"name":"s","in":"query","schema":{"$ref":"#/components/schemas/Gen%C2%ABA%C2%BB"}}],
          "responses":{"200":{"schema":{"type":"null"}}}}}},
          "components":{"schemas":{"A":{"properties":{"b":{"type":"string"}}},"__proto__":{"type":"number"},"Gen«A»":{"type":"boolean"}}}}`,
      );
      const names = [...source.definitions.keys()];
      expect(names.map((name) => name.replace(/--.*/, "--"))).toEqual([
        "A_properties_b--",
        "_proto_--",
        "paths_1a_get_responses_200_schema--",
        "Gen_C2_ABA_C2_BB--",
      ]);
      expect([...source.definitions.values()].map(({ type }) => type)).toEqual([
        "string",
        "number",
        "null",
        "boolean",
      ]);
    }),
  );

  it.effect("does not require readOnly properties", () =>
    Effect.gen(function* () {
      const { definitions } = yield* read(
        { $ref: "#/components/schemas/Pet" },
        {
          Pet: {
            required: ["id", "name", "kind"],
            properties: {
              id: { type: "integer", readOnly: true },
              name: { type: "string" },
              kind: { $ref: "#/components/schemas/Kind" },
            },
          },
          Kind: { type: "string", readOnly: true },
        },
      );
      expect(definitions["Pet"]).toMatchObject({ required: ["name"] });
    }),
  );

  it.effect("does not require readOnly properties of other parts of allOf", () =>
    Effect.gen(function* () {
      const required = ["id", "name", "at"];
      const { schema, definitions } = yield* read(
        { allOf: [{ $ref: "#/components/schemas/Pet" }, { required }], required },
        {
          Pet: {
            allOf: [{ $ref: "#/components/schemas/Base" }, { allOf: [{ required }] }],
            properties: { name: { type: "string" } },
          },
          Base: {
            properties: {
              id: { readOnly: true },
              at: { $ref: "#/components/schemas/Time" },
            },
          },
          Time: { type: "string", readOnly: true },
        },
      );
      const sent = { required: ["name"] };
      expect(schema).toEqual({ allOf: [{ $ref: "#/$defs/Pet" }, sent], ...sent });
      expect(definitions["Pet"]).toMatchObject({
        allOf: [{ $ref: "#/$defs/Base" }, { allOf: [sent] }],
      });
    }),
  );

  it.effect("keeps a discriminator with all its values", () =>
    Effect.gen(function* () {
      const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
      const { schema, definitions } = yield* read(
        {
          oneOf: [reference("Cat"), reference("Dog"), reference("Bird"), { type: "object" }],
          discriminator: {
            propertyName: "t",
            mapping: {
              cat: "#/components/schemas/Cat",
              tomcat: "Cat",
              fish: "#/components/schemas/Fish",
              gone: "gone.json",
              odd: 1,
            },
          },
        },
        { Cat: {}, Dog: {}, Bird: {}, Fish: { discriminator: { propertyName: "kind" } } },
      );
      expect(member(schema, "discriminator")).toEqual({
        propertyName: "t",
        mapping: {
          cat: "#/$defs/Cat",
          tomcat: "#/$defs/Cat",
          fish: "#/$defs/Fish",
          Dog: "#/$defs/Dog",
          Bird: "#/$defs/Bird",
        },
      });
      expect(definitions["Fish"]).toEqual({ discriminator: { propertyName: "kind" } });
    }),
  );

  it.effect.each<[Json]>([["t"], [{}], [{ propertyName: 1 }], [null]])(
    "drops the discriminator %j",
    ([discriminator]) =>
      Effect.gen(function* () {
        const { schema } = yield* read({ oneOf: [{ type: "object" }], discriminator });
        expect(schema).toEqual({ oneOf: [{ type: "object" }] });
      }),
  );

  it.effect("keeps a property called __proto__ like any other", () =>
    Effect.gen(function* () {
      const source = yield* load(
        `{"openapi":"3.1.0","servers":[{"url":"https://a.example"}],"paths":{"/a":{"get":{"operationId":"__proto__","parameters":[
          {"name":"__proto__","in":"query","schema":{"properties":{"__proto__":{"type":"string"}}}}]}}}}`,
      );
      const [only] = source.tools;
      expect(only?.path).toBe("__proto___");
      expect(JSON.stringify(only?.inputSchema["properties"])).toBe(
        '{"__proto___query":{"properties":{"__proto__":{"type":"string"}}}}',
      );
      expect(Object.hasOwn(Object.prototype, "type")).toBe(false);
    }),
  );
});
