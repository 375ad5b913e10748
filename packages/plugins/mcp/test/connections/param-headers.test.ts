import { describe, expect, it } from "@effect/vitest";
import type { Json, JsonObject } from "@executor/sdk";
import fc from "fast-check";
import { headerFault, paramHeaders } from "../../src/connections/param-headers.ts";

const annotated = (type: string, header: Json): JsonObject => ({ type, "x-mcp-header": header });
const of = (properties: JsonObject): JsonObject => ({ type: "object", properties });

/** What a header's value says, as a server reads it. */
const decoded = (value = ""): string => {
  const [, base64] = /^=\?base64\?(.*)\?=$/.exec(value) ?? [];
  return base64 === undefined ? value : Buffer.from(base64, "base64").toString();
};

describe("paramHeaders", () => {
  it("repeats texts, integers and booleans at any depth, and nothing else", () => {
    const schema = of({
      region: annotated("string", "Region"),
      other: { type: "string" },
      inner: of({
        count: annotated("integer", "Count"),
        deep: of({ on: annotated("boolean", "On") }),
      }),
      absent: annotated("string", "Absent"),
      nothing: annotated("string", "Nothing"),
    });
    const input = {
      region: "eu",
      other: "x",
      inner: { count: 3, deep: { on: false } },
      nothing: null,
    };
    expect(paramHeaders(schema, input)).toEqual({
      "Mcp-Param-Region": "eu",
      "Mcp-Param-Count": "3",
      "Mcp-Param-On": "false",
    });
  });

  it("holds any text in a value that a header may have", () => {
    const schema = of({ text: annotated("string", "Text") });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const value = paramHeaders(schema, { text })["Mcp-Param-Text"];
        expect(new Headers({ value: value ?? "" }).get("value")).toBe(value);
        expect(decoded(value)).toBe(text.toWellFormed());
      }),
    );
  });
});

describe("headerFault", () => {
  it.each<[string, JsonObject, string | undefined]>([
    [
      "good ones",
      of({ a: annotated("string", "A"), b: of({ c: annotated("integer", "C") }) }),
      undefined,
    ],
    ["none", of({ a: { type: "string", default: { "x-mcp-header": "A" } } }), undefined],
    ["no name", of({ a: annotated("string", "") }), "names no header"],
    ["a name with a space", of({ a: annotated("string", "A B") }), "names no header"],
    ["a number", of({ a: annotated("number", "A") }), "is not at a text, integer or boolean"],
    ["an object", of({ a: annotated("object", "A") }), "is not at a text, integer or boolean"],
    [
      "the same name",
      of({ a: annotated("string", "A"), b: annotated("string", "a") }),
      "names a header twice",
    ],
    [
      "one in a list",
      of({ a: { items: annotated("string", "A") } }),
      "is not at a text, integer or boolean",
    ],
    [
      "one in a choice",
      of({ a: { anyOf: [of({ b: annotated("string", "B") })] } }),
      "is not at a text, integer or boolean",
    ],
    ["one at the root", { ...annotated("string", "A") }, "is not at a text, integer or boolean"],
  ])("finds what is wrong with %s", (_, schema, fault) => {
    expect(headerFault(schema)).toBe(fault);
  });
});
