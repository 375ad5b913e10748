import { describe, expect, it } from "@effect/vitest";
import { namespaceOf, titleWords } from "../src/namespaces.ts";

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
