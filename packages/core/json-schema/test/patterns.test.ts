import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { Budget } from "../src/budget.ts";
import { translatePattern } from "../src/pattern-syntax.ts";
import { matches } from "../src/patterns.ts";

const native = (pattern: string, text: string) => new RegExp(pattern, "u").test(text);

const atoms = String.raw`a|b|-|é|💙| |\d|\D|\w|\W|\s|\S|.|\.|\/|[\-]|\t|\u00e9|\u{1f499}|\ud83d\udc99|\x41|\cI|\0|\b|^|$|[ab]|[^a]|[a-c-]|[\s\d]|[\S]|[^\S]|[\b]|[[\]]|[^]|[]|\p{L}|\P{Lu}|\p{Script=Greek}|(?<n>a)`;
const atom = fc.constantFrom(...atoms.split("|"));
const quantifier = fc.constantFrom("", "", "*", "+", "?", "*?", "{2}", "{1,3}", "{0,2}", "{1,}");
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    atom,
    fc
      .tuple(tie("pattern"), quantifier)
      .map(([inner, times]) => `(?:${inner.replaceAll("(?<n>", "(")})${times}`),
    fc
      .tuple(tie("pattern"), tie("pattern"))
      .map((parts) => parts.join("").replaceAll("(?<n>", "(")),
    fc
      .tuple(tie("pattern"), tie("pattern"))
      .map((parts) => parts.join("|").replaceAll("(?<n>", "(")),
  ),
}));
const text = fc
  .array(fc.constantFrom(..."ab-cA1_ \t\n\r\u00a0\u2028\ufeffé💙Ω./[]"), { maxLength: 6 })
  .map((characters) => characters.join(""));

describe("matches", () => {
  it("agrees with ECMA-262", () => {
    fc.assert(
      fc.property(pattern, text, (source, value) => {
        expect(matches(source, value, new Budget())).toBe(native(source, value));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    "(?=a)b",
    "(?!a)",
    "(?<=a)b",
    "(?<!a)b",
    String.raw`(a)\1`,
    String.raw`(?<n>a)\k<n>`,
    "(?i)a",
    "(?P<n>a)",
    String.raw`\Qa\E`,
    String.raw`\Aa\z`,
    String.raw`\p{Print}`,
    "a{,5}",
    "a{5,2}",
    "a{",
    "a)",
    "(a",
    "[a",
    "a**",
    "a++",
    "a{1000}{1000}",
    "((a{100}){100}){100}",
    "(a?){1000}a{1000}",
    "a{1000}".repeat(400),
    "(".repeat(500) + ")".repeat(500),
  ])("does not support %s", (source) => {
    expect(matches(source, "a", new Budget())).toBeUndefined();
  });

  it("bounds the size of a program before it is compiled", () => {
    fc.assert(
      fc.property(pattern, (source) => {
        const budget = new Budget();
        expect(matches(source, "", budget)).toBeDefined();
        expect(budget.used).toBeLessThanOrEqual(201 + source.length * 520);
      }),
    );
    expect(translatePattern("(?:a{30}b){30}")?.size).toBeGreaterThanOrEqual(931);
    expect(translatePattern("((a{10}){10}){10}")?.size).toBeGreaterThanOrEqual(1_000);
  });

  it("takes steps in proportion to the text, whatever the pattern", () => {
    for (const source of [
      "^(a+)+$",
      "(a|a)*b",
      "(.*)*x",
      "(?:a?){30}a{30}c",
      "([a-z]+)*=",
      "(x+x+)+y",
    ]) {
      const used = [1_000, 2_000].map((length) => {
        matches(source, "a", new Budget());
        const budget = new Budget();
        expect(matches(source, `${"a".repeat(length)}!`, budget)).toBe(false);
        return budget.used;
      });
      expect(used[1]).toBeLessThanOrEqual(2 * (used[0] ?? 0));
    }
  });

  it("forgets patterns that were used long ago", () => {
    const cost = (source: string) => {
      const budget = new Budget();
      matches(source, "a", budget);
      return budget.used;
    };
    const first = cost("^first$");
    expect(cost("^first$")).toBeLessThan(first);
    for (let index = 0; index < 1_000; index += 1) cost(`^other${index}$`);
    expect(cost("^first$")).toBe(first);
    cost("^first$");
    for (let index = 0; index < 230; index += 1) cost(`[a-z]{900}${index}`);
    expect(cost("^first$")).toBe(first);
  });
});
