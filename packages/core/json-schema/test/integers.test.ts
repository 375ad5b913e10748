import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { isBigInteger, schemaCheck } from "../src/index.ts";
import type { Json, JsonObject } from "../src/json.ts";

const digits = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 2n ** 53n, max: 10n ** 40n }))
  .map(([isNegative, value]) => `${isNegative ? "-" : ""}${value}`);

const integer = { type: "integer" };
const text = { type: "string" };
const max = "9223372036854775807";
const beyond = "9223372036854775808";

const check = (schema: JsonObject, value: Json) => schemaCheck(schema)(value, "input");
const of = (id: JsonObject): JsonObject => ({ type: "object", properties: { id } });

describe("isBigInteger", () => {
  it("agrees with exact arithmetic for any text of digits", () => {
    const any = fc.oneof(
      fc.bigInt(-(10n ** 40n), 10n ** 40n),
      fc.bigInt(2n ** 53n - 9n, 2n ** 53n + 9n),
    );
    fc.assert(
      fc.property(any, (value) => {
        expect(isBigInteger(String(value))).toBe(!Number.isSafeInteger(Number(value)));
        for (const other of ["0", "+", " ", "--"]) {
          expect(isBigInteger(`${other}${value}`)).toBe(false);
        }
        for (const other of [".0", "e1", " ", "n"]) {
          expect(isBigInteger(`${value}${other}`)).toBe(false);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("digits beyond 2^53", () => {
  const kinds: ReadonlyArray<readonly [string, JsonObject, "integer" | "text" | "Misfits"]> = [
    ["an integer", integer, "integer"],
    ["a number", { type: "number" }, "integer"],
    ["an integer or null", { type: ["integer", "null"] }, "integer"],
    ["an integer behind a reference", { $ref: "#/$defs/id" }, "integer"],
    ["an integer in parts", { allOf: [integer, { description: "a" }] }, "integer"],
    ["one of integers and objects", { oneOf: [integer, { type: "object" }] }, "integer"],
    ["any of integers and short texts", { anyOf: [integer, { ...text, maxLength: 2 }] }, "integer"],
    ["a list that says it later", { if: { type: "object" }, else: integer }, "integer"],
    ["text", text, "text"],
    ["an integer or text", { type: ["integer", "string"] }, "text"],
    ["one of integers and texts", { oneOf: [integer, text] }, "text"],
    ["any of texts and integers", { anyOf: [text, integer] }, "text"],
    ["anything", {}, "text"],
    ["anything but integers", { not: integer }, "text"],
    ["a boolean", { type: "boolean" }, "Misfits"],
    ["both at once", { allOf: [integer, text] }, "Misfits"],
    ["an integer of 32 bits", { ...integer, format: "int32" }, "Misfits"],
  ];
  it.each(kinds)("are read as the schema wants: %s", (_, id, form) => {
    const schema = { ...of(id), $defs: { id: integer } };
    fc.assert(
      fc.property(digits, (value) => {
        const outcome = check(schema, { id: value, other: value });
        const integers = form === "integer" ? new Map([["id", true]]) : undefined;
        expect(outcome).toMatchObject(
          form === "Misfits" ? { _tag: form } : { _tag: "Fits", isPartial: false, integers },
        );
      }),
      { numRuns: 20 },
    );
  });

  it("are told apart at each place, however often the same digits stand there", () => {
    const item = { oneOf: [integer, text] };
    const schema = {
      type: "object",
      properties: {
        ids: { type: "array", items: { $ref: "#/$defs/id" } },
        mixed: { type: "array", prefixItems: [item, integer, text, { $ref: "#/$defs/id" }] },
      },
      $defs: { id: integer },
    };
    const list = [max, max, max, max];
    expect(check(schema, { ids: [...list, 1], mixed: list })).toMatchObject({
      _tag: "Fits",
      integers: new Map<string, unknown>([
        ["ids", new Map([0, 1, 2, 3].map((index) => [index, true]))],
        [
          "mixed",
          new Map([
            [1, true],
            [3, true],
          ]),
        ],
      ]),
    });
  });

  it("are read as the alternative wants that fits the rest of the object", () => {
    const kind = (name: string, id: JsonObject) => ({
      properties: { kind: { const: name }, id },
      required: ["kind"],
    });
    const schema = { oneOf: [kind("a", integer), kind("b", text), kind("c", { type: "null" })] };
    expect(check(schema, { kind: "a", id: max })).toMatchObject({
      integers: new Map([["id", true]]),
    });
    expect(check(schema, { kind: "b", id: max })).toMatchObject({
      _tag: "Fits",
      integers: undefined,
    });
    expect(check(schema, { kind: "c", id: max })).toMatchObject({ _tag: "Misfits" });
    const crossed = {
      oneOf: [
        { properties: { a: integer }, required: ["c"] },
        { properties: { a: text, d: integer } },
      ],
    };
    expect(check(crossed, { a: max, d: max })).toMatchObject({
      _tag: "Fits",
      integers: new Map([["d", true]]),
    });
  });

  it.each<[string, JsonObject, string, string | undefined]>([
    [
      "a format",
      { ...integer, format: "int64" },
      beyond,
      'input.id: 9223372036854775808 is outside of "int64".',
    ],
    ["a format's last", { ...integer, format: "int64" }, max, undefined],
    [
      "an unsigned format",
      { ...integer, format: "uint64" },
      "-9223372036854775808",
      'input.id: -9223372036854775808 is outside of "uint64".',
    ],
    [
      "a bound that is text in the schema",
      { ...integer, maximum: max },
      beyond,
      `input.id: ${beyond} is greater than ${max}.`,
    ],
    ["a bound's last", { ...integer, maximum: max }, max, undefined],
    [
      "an exclusive bound",
      { ...integer, exclusiveMaximum: max },
      max,
      `input.id: ${max} is greater than or equal to ${max}.`,
    ],
    [
      "a bound that is a number",
      { ...integer, maximum: 2 ** 53 },
      "9007199254740993",
      "input.id: 9007199254740993 is greater than 9007199254740992.",
    ],
    [
      "a small bound",
      { ...integer, minimum: 1 },
      "-9007199254740993",
      "input.id: -9007199254740993 is less than 1.",
    ],
    ["multiples", { ...integer, multipleOf: 2 }, max, `input.id: ${max} is not a multiple of 2.`],
    ["multiples that fit", { ...integer, multipleOf: 7 }, max, undefined],
    [
      "a list of values",
      { ...integer, enum: [1, beyond] },
      max,
      `input.id: Instance does not match any of [1,"${beyond}"].`,
    ],
    ["a list of values with it", { ...integer, enum: [1, max] }, max, undefined],
  ])("are compared exactly with %s", (_, id, value, problem) => {
    expect(check(of(id), { id: value })).toMatchObject(
      problem === undefined
        ? { _tag: "Fits", integers: new Map([["id", true]]) }
        : { _tag: "Misfits", problems: problem },
    );
  });

  it("are no integer as a number, which has lost some of them", () => {
    const id = Number("9007199254740993");
    const outcome = check(of(integer), { id });
    expect(outcome).toMatchObject({
      problems:
        "input.id: 9007199254740992 lies beyond 2^53, where numbers are not exact. Give the integer as text, in its digits.",
    });
    const choice = { oneOf: [{ type: "string" }, { type: ["integer", "null"] }] };
    for (const schema of [choice, { allOf: [choice] }, { additionalProperties: integer }]) {
      const value = "additionalProperties" in schema ? { a: id } : id;
      const both = check({ required: ["other"], ...of(schema) }, { id: value });
      expect(both).toMatchObject({ inexact: expect.stringContaining("beyond 2^53") });
    }
    expect(check(of(integer), {})).not.toHaveProperty("inexact");
    expect(check(of(integer), { id: "x" })).toMatchObject({ inexact: undefined });
    expect(check(of({ type: "number" }), { id: 1e300 })._tag).toBe("Fits");
    expect(check(of(integer), { id: "12" })._tag).toBe("Misfits");
  });

  it("take steps", () => {
    const ids = Array.from({ length: 40_000 }, () => max);
    const deep = Array.from({ length: 200 }).reduce<Json>((inside) => [inside], ids);
    const schema = { anyOf: [{ items: { $ref: "#" }, type: "array" }, integer] };
    const outcome = check(schema, deep);
    expect(outcome.steps).toBeLessThanOrEqual(200_000);
    expect(check({ items: integer }, "9".repeat(1_000_000))._tag).toBe("Fits");
    expect(check(integer, "9".repeat(1_000_000))._tag).toBe("Misfits");
  });
});
