import { describe, expect, it } from "@effect/vitest";
import { schemaFields, typeText } from "../../src/terminal/json-schema.ts";

describe("typeText", () => {
  it.each([
    [{ type: "string" }, "string"],
    [{ type: ["string", "null"] }, "string | null"],
    [{ type: "array", items: { type: "string" } }, "string[]"],
    [{ type: "array", items: { type: ["string", "null"] } }, "Array<string | null>"],
    [{ enum: ["a", 1, null] }, '"a" | 1 | null'],
    [{ const: "a" }, '"a"'],
    [{ anyOf: [{ type: "string" }, { type: "number" }, { type: "string" }] }, "string | number"],
    [{ type: "object" }, "object"],
    [{}, "unknown"],
    [
      { type: "object", required: ["a"], properties: { a: { type: "integer" }, b: true } },
      "{ a: integer; b?: unknown }",
    ],
    [
      {
        $ref: "#/$defs/a~1b",
        $defs: { "a/b": { type: "array", items: { $ref: "#/$defs/c" } }, c: {} },
      },
      "unknown[]",
    ],
  ])("writes %j", (schema, expected) => {
    expect(typeText(schema)).toBe(expected);
  });

  it("ends at a type that contains itself", () => {
    const schema = {
      $ref: "#/$defs/Tree",
      $defs: { Tree: { type: "object", properties: { left: { $ref: "#/$defs/Tree" } } } },
    };
    expect(typeText(schema)).toBe("{ left?: { left?: { left?: {…} } } }");
    expect(typeText({ $ref: "#/$defs/A", $defs: { A: { $ref: "#/$defs/A" } } })).toBe("unknown");
  });
});

describe("a schema that repeats itself without an end", () => {
  const self = { $ref: "#/$defs/A" };
  const many = Array.from({ length: 100 }, () => self);
  it.each([
    ["items", { type: "array", items: self }],
    ["alternatives", { anyOf: [self, self] }],
    ["alternatives of items", { oneOf: [{ type: "array", items: self }, { anyOf: many }] }],
    ["types of items", { type: ["array", "array", "object"], items: self, properties: { self } }],
    ["properties", { properties: Object.fromEntries(many.entries()) }],
  ])("is cut: %s", (_, definition) => {
    const schema = { ...self, $defs: { A: definition } };
    expect(typeText(schema).length).toBeLessThan(20_000);
    expect(schemaFields(schema).every(({ type }) => type.length < 20_000)).toBe(true);
  });
});

describe("schemaFields", () => {
  it("lists the properties, the required ones first", () => {
    const schema = {
      type: "object",
      required: ["body"],
      properties: {
        limit: { type: "integer", description: "How many" },
        body: { $ref: "#/$defs/Body" },
      },
      $defs: { Body: { type: "object", description: "What to send" } },
    };
    expect(schemaFields(schema)).toEqual([
      { name: "body", type: "object", required: true, description: "What to send" },
      { name: "limit", type: "integer", required: false, description: "How many" },
    ]);
  });

  it("finds no properties in a schema of another type", () => {
    expect(schemaFields({ type: "string" })).toEqual([]);
  });
});
