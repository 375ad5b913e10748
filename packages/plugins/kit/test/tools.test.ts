import { describe, expect, it } from "@effect/vitest";
import { closedObject, describeTool } from "../src/tools.ts";

describe("describeTool", () => {
  it("cuts the prose and keeps the signature", () => {
    expect(describeTool("", "GET /pets")).toBe("GET /pets");
    expect(describeTool("Lists pets.", "GET /pets")).toBe("Lists pets.\n\nGET /pets");
    const long = describeTool("x".repeat(2_000), "GET /pets");
    expect(long).toHaveLength(1_000);
    expect(long.endsWith("…\n\nGET /pets")).toBe(true);
    expect(describeTool("", "y".repeat(400))).toHaveLength(300);
  });
});

describe("closedObject", () => {
  it("allows no other properties", () => {
    expect(closedObject([["a", {}]], [])).toEqual({
      type: "object",
      properties: { a: {} },
      additionalProperties: false,
    });
    expect(closedObject([["a", {}]], ["a"], { maxProperties: 1 })).toMatchObject({
      required: ["a"],
      maxProperties: 1,
    });
  });
});
