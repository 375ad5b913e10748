import { describe, expect, it } from "@effect/vitest";
import { schemaCheck } from "../src/index.ts";
import type { Json, JsonObject } from "../src/json.ts";

const problemsOf = (schema: JsonObject, value: Json): string => {
  const outcome = schemaCheck(schema)(value, "input");
  return outcome._tag === "Misfits" ? outcome.problems : outcome._tag;
};

const property = (name: string, schema: Json): JsonObject => ({ properties: { [name]: schema } });

const conditional = (condition: Json, then: Json, other: Json): JsonObject => ({
  if: condition,
  // oxlint-disable-next-line no-thenable -- a keyword of JSON Schema
  then,
  else: other,
});

describe("schemaCheck", () => {
  it.each<[JsonObject, Json, string]>([
    [{ type: "string" }, 1, 'input: Instance type "number" is invalid. Expected "string".'],
    [
      { type: ["string", "null"] },
      [],
      'input: Instance type "array" is invalid. Expected "string", "null".',
    ],
    [{ type: "integer" }, 1.5, 'input: Instance type "number" is invalid. Expected "integer".'],
    [{ const: { a: 1 } }, { a: 2 }, 'input: Instance does not match {"a":1}.'],
    [{ enum: ["a", 1] }, "1", 'input: Instance does not match any of ["a",1].'],
    [{ minimum: 3 }, 2, "input: 2 is less than 3."],
    [{ exclusiveMinimum: 3 }, 3, "input: 3 is less than or equal to 3."],
    [{ minimum: 3, exclusiveMinimum: true }, 3, "input: 3 is less than or equal to 3."],
    [{ maximum: 3, exclusiveMaximum: true }, 3, "input: 3 is greater than or equal to 3."],
    [{ maximum: 3 }, 4, "input: 4 is greater than 3."],
    [{ multipleOf: 0.01 }, 19.991, "input: 19.991 is not a multiple of 0.01."],
    [{ minLength: 2 }, "💙", "input: String is too short (1 < 2)."],
    [{ maxLength: 2 }, "abc", "input: String is too long (3 > 2)."],
    [{ pattern: "^a" }, "b", "input: String does not match pattern."],
    [{ required: ["id"] }, {}, 'input: Instance does not have required property "id".'],
    [{ minProperties: 1 }, {}, "input: Instance does not have at least 1 properties."],
    [{ maxProperties: 0 }, { a: 1 }, "input: Instance does not have at most 0 properties."],
    [
      { additionalProperties: false },
      { a: 1 },
      'input: Property "a" does not match additional properties schema.',
    ],
    [
      { unevaluatedProperties: false, allOf: [property("a", true)] },
      { a: 1, b: 1 },
      'input: Property "b" does not match unevaluated properties schema.',
    ],
    [
      { patternProperties: { "^x": false } },
      { xa: 1 },
      'input: Property "xa" matches pattern "^x" but does not match associated schema.',
    ],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, "input.ab: String is too long (2 > 1)."],
    [
      { dependentRequired: { a: ["b"] } },
      { a: 1 },
      'input: Instance has "a" but does not have "b".',
    ],
    [
      { dependencies: { a: { required: ["c"] } } },
      { a: 1 },
      'input: Instance does not have required property "c".',
    ],
    [{ maxItems: 1 }, [1, 2], "input: Array has too many items (2 > 1)."],
    [{ minItems: 1 }, [], "input: Array has too few items (0 < 1)."],
    [
      { uniqueItems: true },
      [{ a: 1, b: 2 }, 3, { b: 2, a: 1 }],
      "input: Duplicate items at indexes 0 and 2.",
    ],
    [{ contains: { type: "null" } }, [1], "input: Array does not contain item matching schema."],
    [
      { prefixItems: [true], items: { type: "string" } },
      [1, 2],
      'input.1: Instance type "number" is invalid. Expected "string".',
    ],
    [
      { items: [{ type: "string" }], additionalItems: false },
      ["a", 2],
      "input: Items did not match schema.",
    ],
    [{ not: { type: "string" } }, "a", 'input: Instance matched "not" schema.'],
    [
      { minProperties: 1, maxProperties: 1, properties: { id: true, name: true } },
      { id: 1, name: "a" },
      "input: expected exactly one of id, name.",
    ],
    [
      { minProperties: 1, maxProperties: 1, properties: { id: true, name: true } },
      {},
      "input: expected exactly one of id, name.",
    ],
    [
      { oneOf: [{ minimum: 4 }, { type: "string" }] },
      3,
      'input: 3 is less than 4. input: Instance type "number" is invalid. Expected "string".',
    ],
    [
      { anyOf: [property("a", { type: "string" }), property("a", { type: "null" })] },
      { a: 1 },
      'input.a: Instance type "number" is invalid. Expected "string". input.a: Instance type "number" is invalid. Expected "null".',
    ],
    [
      conditional({ required: ["a"] }, { required: ["b"] }, true),
      { a: 1 },
      'input: Instance does not have required property "b".',
    ],
    [
      { $ref: "#/definitions/A%20b", definitions: { "A b": { type: "null" } } },
      1,
      'input: Instance type "number" is invalid. Expected "null".',
    ],
  ])("by %j refuses %j and says where it is wrong", (schema, value, problems) => {
    expect(problemsOf(schema, value)).toBe(problems);
  });

  it.each<[JsonObject, Json]>([
    [{ $ref: "#/$defs/nowhere" }, 1],
    [{ not: { $ref: "https://example.org/other.json" } }, 1],
    [{ $ref: "#" }, 1],
    [{ type: "any" }, 1],
    [{ enum: "a" }, "b"],
    [{ properties: [] }, { a: 1 }],
    [{ pattern: "(" }, "b"],
    [{ not: { pattern: "^(?=a)" } }, "a"],
    [{ oneOf: [{ pattern: "(?!a)" }, { pattern: "(?!b)" }] }, "c"],
    [conditional({ pattern: "(?!a)" }, false, false), "c"],
    [{ contains: { pattern: "(?!a)" }, maxContains: 1 }, ["c", "c"]],
    [{ patternProperties: { "(?!a)": {} }, additionalProperties: false }, { b: 1 }],
    [{ allOf: [{ $ref: "#/nowhere" }], unevaluatedProperties: false }, { b: 1 }],
  ])("by %j accepts %j, because a part of the schema is not understood", (schema, value) => {
    expect(schemaCheck(schema)(value, "input")).toMatchObject({ _tag: "Fits", isPartial: true });
  });

  it("checks the rest of a schema of which a part is not understood", () => {
    const schema = { properties: { a: { pattern: "(?!x)" }, b: { type: "string" } } };
    expect(problemsOf(schema, { a: "x", b: 1 })).toContain("input.b");
  });

  it("takes a value that several schemas of oneOf fit", () => {
    const limit = property("limit", { type: "number" });
    const cursor = property("cursor", { type: "string" });
    const schema = {
      oneOf: [
        { type: "object", ...limit },
        { type: "object", ...cursor },
      ],
    };
    expect(problemsOf(schema, { limit: 100 })).toBe("Fits");
    expect(problemsOf({ ...schema, unevaluatedProperties: false }, { limit: 1, cursor: "a" })).toBe(
      "Fits",
    );
  });

  describe("with a discriminator", () => {
    const $defs = {
      Cat: { required: ["t"], ...property("lives", { type: "integer" }) },
      Dog: { required: ["t"], ...property("barks", { type: "boolean" }) },
      Bird: { ...property("sings", { type: "boolean" }), required: ["t", "sings"] },
    };
    const schemas = Object.keys($defs).map((name) => ({ $ref: `#/$defs/${name}` }));
    const mapping = { cat: "#/$defs/Cat", tomcat: "#/$defs/Cat", dog: "Dog" };
    const of = (keyword: "oneOf" | "anyOf", more: JsonObject = {}, list: Json = schemas) => ({
      [keyword]: list,
      discriminator: { propertyName: "t", mapping, ...more },
      $defs,
    });

    it.each(["oneOf", "anyOf"] as const)(
      "checks the schema of %s that the value names",
      (keyword) => {
        expect(problemsOf(of(keyword), { t: "tomcat", lives: 9, barks: 1 })).toBe("Fits");
        expect(problemsOf(of(keyword), { t: "cat", lives: "nine" })).toBe(
          'input.lives: Instance type "string" is invalid. Expected "integer".',
        );
        expect(problemsOf(of(keyword), { t: "dog", lives: "nine" })).toBe("Fits");
        expect(problemsOf(of(keyword), { t: "Bird" })).toBe(
          'input: Instance does not have required property "sings".',
        );
      },
    );

    it("lists the values where none is named", () => {
      expect(problemsOf(of("oneOf"), { t: "fish" })).toBe(
        'input.t: Instance does not match any of ["cat","tomcat","dog","Bird"].',
      );
      expect(problemsOf(of("oneOf", { mapping: null }), { t: "fish" })).toContain(
        '["Cat","Dog","Bird"]',
      );
    });

    it("takes any schema where it does not decide", () => {
      const unnamed = [...schemas, property("fins", { type: "integer" })];
      expect(problemsOf(of("oneOf", {}, unnamed), { t: "fish", fins: 2 })).toBe("Fits");
      expect(problemsOf(of("oneOf", { mapping: { fish: "Fish" } }), { t: "fish" })).toBe("Fits");
      expect(problemsOf(of("oneOf", { propertyName: 1 }), { t: "fish" })).toBe("Fits");
      expect(problemsOf(of("oneOf"), { t: 1, barks: true })).toBe("Fits");
      expect(problemsOf(of("oneOf"), {})).toContain('"t"');
      expect(problemsOf(of("oneOf"), "cat")).toBe("Fits");
    });

    it("ends where a named schema leads back", () => {
      const schema = {
        $ref: "#/$defs/Pet",
        $defs: {
          Pet: { oneOf: [{ $ref: "#/$defs/Cat" }], discriminator: { propertyName: "t" } },
          Cat: { allOf: [{ $ref: "#/$defs/Pet" }, property("lives", { type: "integer" })] },
        },
      };
      expect(problemsOf(schema, { t: "Cat", lives: 9 })).toBe("Fits");
      expect(problemsOf(schema, { t: "Cat", lives: "nine" })).toContain("input.lives");
    });
  });

  it("does not check formats", () => {
    expect(problemsOf({ format: "date-time" }, "yesterday")).toBe("Fits");
  });

  it("takes own members only", () => {
    expect(problemsOf({ required: ["constructor"] }, {})).toContain('"constructor"');
    expect(problemsOf(property("constructor", { type: "string" }), {})).toBe("Fits");
  });

  it("reports a few of many mistakes, and the number of the others", () => {
    const all = Array.from({ length: 50_000 }, (_, index) => index);
    const problems = problemsOf({ items: { type: "string" } }, all);
    expect(problems).toMatch(/^(input\.\d: [^.]+\. [^.]+\. ){5}And 49995 more\.$/);
  });

  it("cuts what it quotes", () => {
    const long = "x".repeat(1_000_000);
    const all = Array.from({ length: 100_000 }, (_, index) => index);
    expect(problemsOf({ additionalProperties: false }, { [long]: 1 }).length).toBeLessThan(1_100);
    expect(problemsOf({ enum: [long, ...all] }, null).length).toBeLessThan(1_100);
    expect(problemsOf({ additionalProperties: { type: "null" } }, { [long]: 1 })).toContain("xx…:");
  });
});
