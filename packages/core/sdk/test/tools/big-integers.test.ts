import { describe, expect, it } from "@effect/vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { withBigIntegers } from "../../src/tools/big-integers.ts";

const told = "Gives.\n\nIntegers beyond 2^53 come as text; pass them on as they are.";
const integer = { type: "integer" };

describe("a tool's description", () => {
  it.each<[string, JsonObject, string]>([
    ["an integer", { properties: { id: integer } }, told],
    [
      "an integer of 64 bits or null",
      { items: { type: ["integer", "null"], format: "int64" } },
      told,
    ],
    ["an integer in a definition", { $defs: { Id: { anyOf: [integer] } } }, told],
    ["an integer with a large bound", { ...integer, maximum: "9223372036854775807" }, told],
    ["a list of values with a large one", { ...integer, enum: [1, "9007199254740993"] }, told],
    ["an integer of 32 bits", { ...integer, format: "int32" }, "Gives."],
    ["a page's number", { ...integer, minimum: 1, maximum: 100 }, "Gives."],
    ["a list of values", { ...integer, enum: [1, 2] }, "Gives."],
    ["an integer or text", { type: ["integer", "string"] }, "Gives."],
    ["text", { type: "string", description: "integer" }, "Gives."],
  ])("tells of integers beyond 2^53 where its schemas have %s", (_, schema, description) => {
    expect(withBigIntegers("Gives.", [{ type: "object" }, schema])).toBe(description);
    expect(withBigIntegers("Gives.", [schema, null])).toBe(description);
  });
});
