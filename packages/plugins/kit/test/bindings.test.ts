import { describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { bindingReader } from "../src/bindings.ts";

describe("bindingReader", () => {
  const read = bindingReader(Schema.Struct({ name: Schema.String }));

  it("reads a stored value once", () => {
    const stored = { name: "a" };
    expect(read(stored)).toEqual({ name: "a" });
    expect(read(stored)).toBe(read(stored));
    expect(read({ name: "b" })).toEqual({ name: "b" });
  });

  it("throws for what the plugin did not store", () => {
    for (const stored of [{ name: 7 }, {}, null, "a"])
      expect(() => read(stored)).toThrow(/Expected|missing/);
  });
});
