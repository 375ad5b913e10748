import { describe, expect, it } from "@effect/vitest";
import { instruments } from "../src/instruments.ts";
import { boundOf, unusedBounds } from "../src/label-bounds.ts";

const definitions = instruments.map(({ definition }) => definition);

describe("the bounds of labels", () => {
  it("are declared for every label of every metric", () => {
    expect(definitions.length).toBeGreaterThan(40);
    for (const { name, labels } of definitions) {
      for (const label of labels) expect(boundOf(name, label).values).not.toBe("");
    }
  });

  it("are declared for no other label", () => {
    expect(unusedBounds(definitions)).toEqual([]);
  });

  it("are asked for where they are missing", () => {
    expect(() => boundOf("test.metric", "test.label")).toThrow("label-bounds.ts");
  });
});
