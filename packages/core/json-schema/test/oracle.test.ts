import { Validator } from "@cfworker/json-schema";
import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { schemaCheck } from "../src/index.ts";
import type { Json } from "../src/json.ts";

const name = fc.constantFrom("a", "b", "ab", "x");
const value = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, 1, 1.5, 2, 3, "", "a", "ab", "x1"),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4 }),
  ),
})).value;

const count = fc.integer({ min: 0, max: 3 });
const names = fc.uniqueArray(name, { maxLength: 2 });
const type = fc.constantFrom("array", "boolean", "integer", "null", "number", "object", "string");
const pattern = fc.constantFrom("^a", "b$", "^[a-b]+$", String.raw`\d`);

/** Schemas over every keyword that both validators understand alike. */
const schema = fc.letrec<{ schema: Json }>((tie) => {
  const one = tie("schema");
  const list = fc.array(one, { minLength: 1, maxLength: 3 });
  const byName = fc.dictionary(name, one, { maxKeys: 3 });
  return {
    schema: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.boolean(),
      fc.record({ type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })) }),
      fc.record({ $ref: fc.constantFrom("#/$defs/leaf", "#/$defs/tree", "#leaf") }),
      fc.record(
        {
          const: value,
          enum: fc.array(value, { minLength: 1, maxLength: 4 }),
          minimum: count,
          maximum: count,
          exclusiveMinimum: count,
          exclusiveMaximum: count,
          multipleOf: fc.constantFrom(0.5, 1, 2),
          minLength: count,
          maxLength: count,
          pattern,
          required: names,
          minProperties: count,
          maxProperties: count,
          minItems: count,
          maxItems: count,
          uniqueItems: fc.boolean(),
          dependentRequired: fc.dictionary(name, names, { maxKeys: 2 }),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          properties: byName,
          patternProperties: fc.dictionary(pattern, one, { maxKeys: 2 }),
          additionalProperties: one,
          propertyNames: one,
          dependentSchemas: byName,
          prefixItems: list,
          items: one,
          contains: one,
          minContains: fc.integer({ min: 1, max: 2 }),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        // oxlint-disable-next-line no-thenable -- a keyword of JSON Schema
        { allOf: list, anyOf: list, oneOf: list, not: one, if: one, then: one, else: one },
        { requiredKeys: [] },
      ),
    ),
  };
}).schema;

/** A copy, into which the other validator writes, with `anyOf` in place of `oneOf`: here one that fits is enough. */
const copy = (body: object): object => {
  const copied = structuredClone(loose(body));
  return typeof copied === "object" && copied !== null ? copied : {};
};

const loose = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(loose);
  if (typeof part !== "object" || part === null) return part;
  const parts = Object.entries(part).map(
    ([key, inside]: [string, unknown]) =>
      [key, key === "const" || key === "enum" ? inside : loose(inside)] as const,
  );
  const { oneOf, allOf, ...others } = Object.fromEntries<unknown>(parts);
  if (!Array.isArray(oneOf)) return Object.fromEntries(parts);
  return { ...others, allOf: [...(Array.isArray(allOf) ? allOf : []), { anyOf: oneOf }] };
};

describe("schemaCheck", () => {
  it("agrees with another validator", () => {
    let refused = 0;
    fc.assert(
      fc.property(schema, value, (body, instance) => {
        const whole = {
          allOf: [body],
          $defs: {
            leaf: { $anchor: "leaf", type: ["string", "integer"] },
            tree: {
              anyOf: [{ $ref: "#/$defs/leaf" }, { items: { $ref: "#/$defs/tree" }, type: "array" }],
            },
          },
        };
        const { valid } = new Validator(copy(whole), "2020-12", false).validate(instance);
        const outcome = schemaCheck(whole)(instance, "input");
        refused += valid ? 0 : 1;
        expect(outcome).toMatchObject(
          valid ? { _tag: "Fits", isPartial: false } : { _tag: "Misfits" },
        );
        const problems = outcome._tag === "Misfits" ? outcome.problems : "";
        expect(problems).not.toContain("not match the schema");
      }),
      { numRuns: 3_000 },
    );
    expect(refused).toBeGreaterThan(300);
  });
});
