import { describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { isReserved, joinWords } from "../src/identifiers.ts";

describe("joinWords", () => {
  it.each<[ReadonlyArray<string>, string]>([
    [["get", "sum"], "getSum"],
    [["Get", "list_of", "$x"], "GetList_of$x"],
    [["2fa"], "_2fa"],
    [["to", "string"], "toString_"],
    [["then"], "then_"],
    [[], ""],
    [["x".repeat(90), "y".repeat(90)], `${"x".repeat(90)}Y${"y".repeat(9)}`],
  ])("%j is %s", (words, expected) => {
    expect(joinWords(words)).toBe(expected);
  });

  it("gives what may stand after a dot, and hides nothing of every object", () => {
    const words = fc.array(fc.stringMatching(/^[\w$]{1,12}$/), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, (given) => {
        expect(joinWords(given)).toMatch(/^[A-Za-z_$][\w$]*$/);
        expect(isReserved(joinWords(given))).toBe(false);
      }),
    );
  });
});

describe("isReserved", () => {
  it("knows what objects, promises and functions have", () => {
    for (const name of ["constructor", "__proto__", "then", "prototype", "toJSON"]) {
      expect(isReserved(name)).toBe(true);
    }
    expect(isReserved("list")).toBe(false);
  });
});
