import { describe, expect, it } from "@effect/vitest";
import { Either } from "effect";
import { fromEntries, member, readJson, shorten } from "../src/json-values.ts";

describe("member", () => {
  it("finds an object's own members and no others", () => {
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
  it("says where text is broken", () => {
    expect(readJson("[null]")).toEqual(Either.right([null]));
    expect(Either.isLeft(readJson("{"))).toBe(true);
  });
});

describe("shorten", () => {
  it("never cuts a character in half", () => {
    expect(shorten("abc", 3)).toBe("abc");
    expect(shorten("abcd", 3)).toBe("ab…");
    expect(shorten("a😀b", 3)).toBe("a…");
  });
});
