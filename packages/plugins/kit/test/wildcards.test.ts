import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { wildcard } from "../src/wildcards.ts";

describe("wildcards", () => {
  it.each<readonly [string, string, boolean]>([
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["*", "a\nb", true],
    ["a", "a", true],
    ["a", "A", false],
    ["a", "ab", false],
    ["a*", "a", true],
    ["a*", "ba", false],
    ["*a", "ba", true],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*b", "ab", false],
    ["a*b*b", "abb", true],
    ["*ab*ab*", "aab-ab", true],
    ["*ab*ba*", "aba", false],
    ["**", "x", true],
    ["a.c", "abc", false],
    ["/repos/*/issues", "/repos/{owner}/{repo}/issues", true],
  ])("%j and %j: %s", (pattern, text, expected) => {
    expect(wildcard(pattern)(text)).toBe(expected);
  });

  it("match what a regular expression of the same meaning matches", () => {
    const letters = fc.constantFrom("a", "b", "\n", ".", "*");
    const texts = fc.array(letters, { maxLength: 8 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(texts, texts, (pattern, text) => {
        const parts = pattern.split("*").map((part) => part.replaceAll(".", "\\."));
        expect(wildcard(pattern)(text)).toBe(new RegExp(`^${parts.join(".*")}$`, "s").test(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it("take time in proportion to the text, however many wildcards the pattern has", () => {
    expect(wildcard(`${"*a".repeat(2_000)}b`)("a".repeat(1_000_000))).toBe(false);
    expect(wildcard(`${"*a".repeat(2_000)}*b*`)("a".repeat(1_000_000))).toBe(false);
  });
});
