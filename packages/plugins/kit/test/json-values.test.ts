import { describe, expect, it } from "@effect/vitest";
import { Either, Schema } from "effect";
import { bindingReader, fromEntries, member, readJson } from "../src/json-values.ts";

describe("member", () => {
  it("finds own properties only", () => {
    expect(member({ a: 1 }, "a")).toBe(1);
    expect(member(fromEntries([["__proto__", 1]]), "__proto__")).toBe(1);
    for (const name of ["constructor", "toString", "__proto__"]) {
      expect(member({ a: 1 }, name)).toBeUndefined();
    }
    expect(member([1], "length")).toBeUndefined();
    expect(member("text", "length")).toBeUndefined();
  });
});

describe("readJson", () => {
  it("fails for text that is not JSON", () => {
    expect(readJson("[null]")).toEqual(Either.right([null]));
    expect(Either.isLeft(readJson("{"))).toBe(true);
  });
});

describe("bindingReader", () => {
  const read = bindingReader(Schema.Struct({ name: Schema.String }));

  it("decodes a stored value once", () => {
    const stored = { name: "a" };
    expect(read(stored)).toEqual({ name: "a" });
    expect(read(stored)).toBe(read(stored));
    expect(read({ name: "b" })).toEqual({ name: "b" });
  });

  it("throws for values that the plugin did not store", () => {
    for (const stored of [{ name: 7 }, {}, null, "a"])
      expect(() => read(stored)).toThrow(/Expected|missing/);
  });
});
