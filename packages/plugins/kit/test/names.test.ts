import { describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { isReserved, joinWords, namespaceOf, titleWords } from "../src/names.ts";

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

  it("gives identifiers that may stand after a dot and are not reserved", () => {
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
  it("knows the members of objects, promises and functions", () => {
    for (const name of ["constructor", "__proto__", "then", "prototype", "toJSON"]) {
      expect(isReserved(name)).toBe(true);
    }
    expect(isReserved("list")).toBe(false);
  });
});

describe("titleWords", () => {
  it.each<[string, ReadonlyArray<string>]>([
    ["GitHub v3 REST API", ["github", "v3", "rest", "api"]],
    ["Ada's Café – API", ["ada", "cafe", "api"]],
    ["获取", []],
  ])("of %s are %j", (title, words) => {
    expect(titleWords(title)).toEqual(words);
  });
});

describe("namespaceOf", () => {
  it.each<[ReadonlyArray<string>, string]>([
    [["pet", "store"], "pet_store"],
    [["3", "d", "2"], "d_2"],
    [["x".repeat(39), "y"], "x".repeat(39)],
    [["42"], "fallback"],
    [[], "fallback"],
    [["executor"], "fallback"],
    [["then"], "fallback"],
  ])("%j is %s", (words, namespace) => {
    expect(namespaceOf(words, "fallback")).toBe(namespace);
  });
});
