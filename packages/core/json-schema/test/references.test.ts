import { describe, expect, it } from "@effect/vitest";
import { schemaCheck } from "../src/index.ts";
import type { Json, JsonObject } from "../src/json.ts";

const string = { type: "string" };
const fits = (schema: JsonObject, value: Json) =>
  schemaCheck(schema)(value, "input")._tag === "Fits";

describe("references", () => {
  it.each<[string, JsonObject]>([
    ["a JSON pointer", { $ref: "#/$defs/a~1b", $defs: { "a/b": string } }],
    ["a pointer into a list", { $ref: "#/allOf/1/items", allOf: [{}, { items: string }] }],
    ["an anchor", { $ref: "#here", $defs: { a: { $anchor: "here", ...string } } }],
    ["an $id", { $ref: "other", $defs: { a: { $id: "other", ...string } } }],
    [
      "a pointer below an $id",
      {
        $ref: "https://a.example/b#/$defs/c",
        $defs: { a: { $id: "https://a.example/b", $defs: { c: string } } },
      },
    ],
    [
      "a pointer that starts at the nearest $id",
      {
        $ref: "#/$defs/a",
        $defs: { a: { $id: "inner", $ref: "#/$defs/b", $defs: { b: string } }, b: {} },
      },
    ],
    ["a dynamic anchor", { $dynamicRef: "#T", $defs: { a: { $dynamicAnchor: "T", ...string } } }],
    [
      "a schema under a name that is a keyword of data",
      { $ref: "enum", properties: { enum: { $id: "enum", ...string } } },
    ],
  ])("finds %s", (_, schema) => {
    expect(fits(schema, "a")).toBe(true);
    expect(fits(schema, 1)).toBe(false);
  });

  it("applies the keywords beside a reference", () => {
    expect(fits({ $ref: "#/$defs/a", maxLength: 1, $defs: { a: string } }, "ab")).toBe(false);
  });

  it("does not look for schemas in data", () => {
    expect(fits({ $ref: "x", const: 1, $defs: { a: { enum: [{ $id: "x", not: {} }] } } }, 1)).toBe(
      true,
    );
  });

  it("leaves open where a dynamic reference leads if that depends on the way", () => {
    const schema = {
      $dynamicRef: "#T",
      $defs: { a: { $dynamicAnchor: "T" }, b: { $id: "b", $dynamicAnchor: "T" } },
    };
    expect(schemaCheck(schema)(1, "input")).toMatchObject({ _tag: "Fits", isPartial: true });
  });
});
