import { describe, expect, it } from "@effect/vitest";
import { inputCheck } from "../../src/tools/input-check.ts";

const check = inputCheck({
  type: "object",
  properties: {
    owner: { type: "string" },
    page: { type: "integer" },
    since: { type: "string", format: "date-time" },
    body: { $ref: "#/$defs/Body" },
    all: { type: "array", items: { type: "string" } },
  },
  required: ["owner"],
  additionalProperties: false,
  $defs: {
    Body: {
      type: "object",
      properties: { tag: { anyOf: [{ type: "string" }, { type: "null" }] } },
    },
  },
});

describe("inputCheck", () => {
  it.each([
    [{ owner: "a" }],
    [{ owner: "a", page: 1, body: { tag: null } }],
    [{ owner: "a", since: "yesterday" }],
  ])("accepts %j", (input) => {
    expect(check(input)).toBeUndefined();
  });

  it.each([
    [{}, 'input: Instance does not have required property "owner".'],
    [{ owner: 1 }, 'input.owner: Instance type "number" is invalid. Expected "string".'],
    [{ owner: "a", page: 1.5 }, "input.page"],
    [{ owner: "a", pgae: 1 }, 'Property "pgae"'],
    [{ owner: "a", body: { tag: 3 } }, "input.body.tag"],
    [{ owner: "a", since: 3 }, "input.since"],
  ])("refuses %j and says where it is wrong", (input, problem) => {
    expect(check(input)).toContain(problem);
  });

  it("reports a few of many mistakes, and the number of the others", () => {
    const all = Array.from({ length: 50_000 }, (_, index) => index);
    expect(check({ owner: "a", all })).toMatch(/And 49995 more\.$/);
  });

  it("accepts everything if the schema is broken", () => {
    expect(
      inputCheck({ type: "object", properties: { a: { pattern: "(" } } })({ a: "b" }),
    ).toBeUndefined();
  });
});
