import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { schemaCheck } from "../src/index.ts";
import type { Json, JsonObject } from "../src/json.ts";

const maxSteps = 200_000;
const check = (schema: JsonObject, value: Json) => schemaCheck(schema)(value, "input");
const numbers = (length: number) => Array.from({ length }, (_, index) => index);

/** A value inside so many arrays. */
const nested = (levels: number, inside: Json = 1): Json => {
  let value = inside;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

/** Definitions each of which refers to the next one twice. */
const doubling = (levels: number, keyword: string): JsonObject => ({
  $ref: "#/$defs/0",
  $defs: Object.fromEntries(
    numbers(levels).map((level) => {
      const next = { $ref: `#/$defs/${level + 1}` };
      return [level, level === levels - 1 ? { type: "string" } : { [keyword]: [next, next] }];
    }),
  ),
});

const tree: JsonObject = {
  $ref: "#/$defs/T",
  $defs: {
    T: {
      anyOf: [
        { type: "array", items: { $ref: "#/$defs/T" } },
        { items: { anyOf: [{ $ref: "#/$defs/T" }, { $ref: "#/$defs/T" }] }, type: "array" },
        { type: "string" },
      ],
    },
  },
};

const objects = numbers(1_200).map((index) => ({ name: "x", index }));
const names = Object.fromEntries(numbers(2_000).map((index) => [`a${"a".repeat(60)}${index}`, 1]));

describe("the steps of a check", () => {
  it.each<[string, JsonObject, Json, string, number]>([
    ["references that double, 18 levels", doubling(18, "allOf"), "a", "Fits", 300],
    ["references that double, and fail", doubling(18, "allOf"), 1, "Misfits", 350],
    ["references that double, 90 levels", doubling(90, "anyOf"), 1, "Misfits", 2_000],
    ["references that double under oneOf", doubling(90, "oneOf"), 1, "Misfits", 2_000],
    ["alternatives of a recursive type", tree, nested(40, "a"), "Fits", 1_000],
    ["alternatives of a recursive type that fail", tree, nested(40), "Misfits", 2_000],
    ["a reference to itself", { $ref: "#", allOf: [{ $ref: "#" }] }, 1, "Fits", 20],
    ["30,000 different numbers", { uniqueItems: true }, numbers(30_000), "Fits", 31_000],
    [
      "30,000 different objects",
      { uniqueItems: true },
      numbers(30_000).map((index) => ({ index })),
      "Fits",
      100_000,
    ],
    ["1,200 objects of 1,200", { items: { enum: objects } }, objects, "Fits", 12_000],
    [
      "contains in contains",
      { contains: { contains: { contains: { const: 1 } } } },
      numbers(100).map(() => numbers(100).map(() => nested(1, 0))),
      "Misfits",
      maxSteps,
    ],
    ["^(a+)+$", { pattern: "^(a+)+$" }, `${"a".repeat(27)}!`, "Misfits", 500],
    ["(a|a)*b", { pattern: "(a|a)*b" }, "a".repeat(30_000), "Misfits", 10_000],
    [
      "a pattern for each name",
      { patternProperties: { "^(a+)+$": false }, additionalProperties: true },
      names,
      "Fits",
      60_000,
    ],
    ["a pattern for all names", { propertyNames: { pattern: "^(a+)+\\d" } }, names, "Fits", 60_000],
    [
      "a dependent schema for each name",
      {
        dependentSchemas: Object.fromEntries(
          Object.keys(names).map((name) => [name, { $ref: "#/$defs/A" }]),
        ),
        $defs: { A: { minProperties: 1, additionalProperties: { type: "number" } } },
      },
      names,
      "Fits",
      30_000,
    ],
    [
      "addresses inside each other",
      { $ref: "#/$defs/a", $defs: { a: deepIds(100_000) } },
      1,
      "Fits",
      200_000,
    ],
  ])("%s", (_, schema, value, outcome, most) => {
    const found = check(schema, value);
    expect(found._tag).toBe(outcome);
    expect(found.steps).toBeLessThanOrEqual(most);
  });

  it.each<[string, JsonObject, Json]>([
    ["more items than steps", { items: { type: "number" } }, numbers(250_000)],
    ["a deep value, compared", { const: 1 }, nested(100_000)],
    ["deep values, distinguished", { uniqueItems: true }, [nested(100_000)]],
    ["a deep value of a recursive type", { items: { $ref: "#" } }, nested(100_000)],
    [
      "a deep value of recursive members",
      { unevaluatedItems: { $ref: "#" }, prefixItems: [{ $ref: "#" }] },
      nested(100_000),
    ],
    ["a long text and a large program", { pattern: "(?:a?){300}a{300}" }, "a".repeat(100_000)],
    ["a long pattern", { pattern: "a".repeat(10_000) }, "a"],
    [
      "many patterns",
      { allOf: numbers(300).map((n) => ({ pattern: `a{900}${n}|b` })) },
      "b".repeat(100),
    ],
    ["many classes", { pattern: String.raw`\p{L}`.repeat(500) }, "a"],
    ["two long texts", { uniqueItems: true }, ["a".repeat(3_000_000), "b".repeat(3_000_000)]],
    [
      "schemas inside each other",
      numbers(500).reduce<JsonObject>((inside) => ({ allOf: [inside] }), {}),
      1,
    ],
    [
      "many alternatives for many items",
      { items: { oneOf: numbers(1_000).map((index) => ({ const: { index } })) } },
      numbers(1_000).map((index) => ({ index })),
    ],
    ["many base addresses", { $ref: "#/$defs/a", $defs: { a: siblings(20_000) } }, 1],
  ])("%s end it", (_, schema, value) => {
    const found = check(schema, value);
    expect(found._tag).toBe("BudgetExceeded");
    expect(found.steps).toBeLessThanOrEqual(maxSteps);
  });

  it("grow with the members that are read of the schema and of the value", () => {
    fc.assert(
      fc.property(hostileSchema, hostileValue, (schema, value) => {
        const reads = { count: 0 };
        const whole = { ...asObject(schema), $defs: { A: schema, B: tree } };
        const { steps } = check(asObject(watched(whole, reads)), watched(value, reads));
        // A schema is read once to find its references and checks.
        const once = JSON.stringify(whole).length;
        expect(reads.count).toBeLessThan(1_000 + 2 * once + 30 * steps);
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });

  it("are bounded for generated schemas and values", () => {
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(hostileSchema, hostileValue, (schema, value) => {
        const found = check({ ...asObject(schema), $defs: { A: schema, B: tree } }, value);
        outcomes.set(found._tag, (outcomes.get(found._tag) ?? 0) + 1);
        expect(found.steps).toBeLessThanOrEqual(maxSteps);
      }),
      { numRuns: 300 },
    );
    expect([...outcomes.keys()].toSorted()).toEqual(["BudgetExceeded", "Fits", "Misfits"]);
  });
});

/** Schemas with addresses of their own, relative to a long one. */
function siblings(count: number): JsonObject {
  const $defs = Object.fromEntries(numbers(count).map((index) => [index, { $id: `${index}` }]));
  return { $id: `https://a.example/${"a/".repeat(900)}`, $defs };
}

/** Schemas inside each other, each with an address relative to the one around it. */
function deepIds(levels: number): JsonObject {
  let inside: JsonObject = { type: "number" };
  for (let level = 0; level < levels; level += 1) inside = { $id: "a/", items: inside };
  return inside;
}

/** The same value, with a count of the members that are read, each time. */
function watched(value: Json, reads: { count: number }): Json {
  if (typeof value !== "object" || value === null) return value;
  const known = new Map<string | symbol, Json>();
  return new Proxy(value, {
    get: (target, key, receiver) => {
      reads.count += 1;
      const member: Json = Reflect.get(target, key, receiver);
      if (typeof member !== "object" || member === null) return member;
      const kept = known.get(key) ?? watched(member, reads);
      known.set(key, kept);
      return kept;
    },
    ownKeys: (target) => {
      const keys = Reflect.ownKeys(target);
      reads.count += keys.length;
      return keys;
    },
  });
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy, so that equal schemas are not the same one. */
const asObject = (schema: Json): JsonObject => (isObject(schema) ? { ...schema } : {});

const { schema: hostileSchema } = fc.letrec<{ schema: Json }>((tie) => {
  const one = tie("schema");
  const repeated = fc
    .tuple(one, fc.constantFrom(1, 2, 20))
    .map(([schema, times]) => Array.from({ length: times }, () => ({ ...asObject(schema) })));
  const byName = fc.dictionary(fc.constantFrom("a", "b", "^(a+)+$", "(a|a)*b"), one, {
    maxKeys: 3,
  });
  return {
    schema: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Json>(true, { type: "string" }, { const: nested(50) }, { uniqueItems: true }),
      fc.constantFrom<Json>({ $ref: "#" }, { $ref: "#/$defs/A" }, { $ref: "#/$defs/B" }),
      fc.record({
        pattern: fc.constantFrom("^(a+)+$", "(a|a)*b", "(?:a?){300}a{300}", "(x+x+)+y"),
      }),
      fc.constantFrom<Json>(
        { type: numbers(1_000).map(() => "array") },
        { required: numbers(1_000).map(String) },
      ),
      fc.constantFrom<Json>({ prefixItems: [true] }, { multipleOf: 5e-324 }, { minLength: 1e9 }),
      fc.record({ enum: fc.constantFrom<Json>(objects, numbers(5_000)) }),
      fc.record({ allOf: repeated, anyOf: repeated, oneOf: repeated }, { requiredKeys: [] }),
      fc.record(
        {
          not: one,
          contains: one,
          items: one,
          unevaluatedItems: one,
          properties: byName,
          patternProperties: byName,
          additionalProperties: one,
          unevaluatedProperties: one,
          propertyNames: one,
          dependentSchemas: byName,
          if: one,
          // oxlint-disable-next-line no-thenable -- a keyword of JSON Schema
          then: one,
          else: one,
        },
        { requiredKeys: [] },
      ),
    ),
  };
});

const hostileValue: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(1, "a", "a".repeat(20_000), `${"a".repeat(27)}!`, numbers(30_000)),
    fc.constantFrom<Json>(nested(100_000), nested(30), objects, names),
    fc
      .tuple(tie("value"), fc.constantFrom(1, 3, 300))
      .map(([value, times]) => Array.from({ length: times }, () => value)),
    fc.dictionary(fc.constantFrom("a", "b", "a".repeat(100_000)), tie("value"), { maxKeys: 3 }),
  ),
})).value;
