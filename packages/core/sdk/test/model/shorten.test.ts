import { describe, expect, it } from "@effect/vitest";
import { shorten } from "../../src/model/shorten.ts";

describe("shorten", () => {
  it("never splits a surrogate pair", () => {
    expect(shorten("abc", 3)).toBe("abc");
    expect(shorten("abcd", 3)).toBe("ab…");
    expect(shorten("a😀b", 3)).toBe("a…");
  });
});
