import { schemaCheck } from "@executor/json-schema";
import type { Json, JsonObject } from "@executor/sdk";
import { isJsonObject } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { mendSchema } from "../../src/tools/tool-schema.ts";

const fits = (schema: JsonObject, value: Json): boolean =>
  schemaCheck(mendSchema(schema).schema)(value, "input")._tag === "Fits";

describe("mendSchema", () => {
  it("does not require what has a default, at any depth", () => {
    const scale = { enum: ["css", "device"], default: "css" };
    const inner: JsonObject = {
      type: "object",
      properties: { scale, b: {} },
      required: ["scale", "b"],
    };
    const { schema } = mendSchema({
      ...inner,
      properties: {
        scale,
        b: inner,
        list: { items: inner },
        either: { anyOf: [inner] },
        ref: { $ref: "#/$defs/X" },
      },
      $defs: { X: inner },
    });
    expect(fits(schema, {})).toBe(false);
    expect(fits(schema, { b: { b: 1 }, list: [{ b: 1 }], either: { b: 1 }, ref: { b: 1 } })).toBe(
      true,
    );
    for (const place of ["b", "either", "ref"]) {
      expect(fits(schema, { b: { b: 1 }, [place]: {} })).toBe(false);
    }
    expect(schema["required"]).toEqual(["b"]);
  });

  it("gives a schema without anything to mend as it is", () => {
    const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    expect(mendSchema(schema)).toEqual({ schema, unknown: [] });
    expect(mendSchema(schema).schema).toBe(schema);
  });

  it.each<[string, JsonObject, Json, ReadonlyArray<string>]>([
    ["draft 4's exclusive bounds", { type: "integer", minimum: 0, exclusiveMinimum: true }, 1, []],
    ["a list of items", { items: [{ type: "string" }], additionalItems: false }, ["a"], []],
    ["a type that there is not", { type: "strng" }, "x", ["type"]],
    ["draft 3's required", { required: true }, "x", ["required"]],
    ["draft 3's types", { type: ["string", { type: "object" }] }, 5, ["type"]],
    ["a size as text", { minLength: "3" }, "x", ["minLength"]],
    ["no list of values", { enum: "a" }, "b", ["enum"]],
    [
      "no properties",
      { properties: [], additionalProperties: "no" },
      {},
      ["properties", "additionalProperties"],
    ],
  ])("takes %s, and tells what is not known", (_, schema, value, unknown) => {
    const whole: JsonObject = { type: "object", properties: { a: schema } };
    expect(mendSchema(whole).unknown).toEqual(unknown);
    expect(fits(whole, { a: value })).toBe(true);
  });

  it("never refuses a call for want of what has a default, whatever else the schema is", () => {
    const name = fc.constantFrom("a", "b", "c");
    const leaf = fc.oneof(
      fc.constantFrom<Json>(
        { type: "strng" },
        { minimum: 0, exclusiveMinimum: true },
        { id: "#x" },
        true,
      ),
      fc.record({ type: fc.constantFrom("string", "integer") }),
    );
    const { schema } = fc.letrec<{ schema: Json }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.record({
          type: fc.constant("object"),
          properties: fc.dictionary(
            name,
            fc
              .tuple(tie("schema"), fc.boolean())
              .map(([each, hasDefault]) =>
                hasDefault && isJsonObject(each) ? { ...each, default: null } : each,
              ),
          ),
          required: fc.oneof(fc.uniqueArray(name), fc.constant(true)),
        }),
        fc.record({ allOf: fc.array(tie("schema"), { maxLength: 2 }) }),
        fc.record({ definitions: fc.dictionary(name, tie("schema")) }),
      ),
    }));
    fc.assert(
      fc.property(schema, (given) => {
        if (!isJsonObject(given)) return;
        const { schema: mended } = mendSchema(given);
        const { properties, required } = mended;
        for (const each of Array.isArray(required) ? required : []) {
          const property = isJsonObject(properties) ? properties[String(each)] : undefined;
          expect(isJsonObject(property) && "default" in property).toBe(false);
        }
        expect(mendSchema(mended).schema).toBe(mended);
      }),
    );
  });

  it("ends with a schema that is very deep or very wide", () => {
    let deep: JsonObject = { type: "string" };
    for (let depth = 0; depth < 5_000; depth += 1) deep = { items: deep };
    const wide = {
      properties: Object.fromEntries(
        Array.from({ length: 50_000 }, (_, at) => [`p${at}`, { type: 5 }]),
      ),
    };
    expect(mendSchema(deep).unknown).toEqual([]);
    expect(mendSchema(wide).unknown).toEqual(["type"]);
  });
});
