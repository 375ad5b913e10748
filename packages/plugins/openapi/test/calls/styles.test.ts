import type { Json } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { headerValue, pathValue, queryParts } from "../../src/calls/styles.ts";

const list = ["blue", "black", "brown"];
const object = { R: 100, G: 200, B: 150 };

const style = (name: string, explode: boolean, allowReserved = false) => ({
  style: name,
  explode,
  allowReserved,
});

// The first twelve and the query's rows are OpenAPI 3.1's own "Style Examples", with what RFC 6570 says of encoding.
describe("pathValue", () => {
  it.each<[string, boolean, Json, string]>([
    ["simple", false, "blue", "blue"],
    ["simple", false, list, "blue,black,brown"],
    ["simple", false, object, "R,100,G,200,B,150"],
    ["simple", true, object, "R=100,G=200,B=150"],
    ["label", false, "blue", ".blue"],
    ["label", false, list, ".blue,black,brown"],
    ["label", true, list, ".blue.black.brown"],
    ["label", false, object, ".R,100,G,200,B,150"],
    ["label", true, object, ".R=100.G=200.B=150"],
    ["matrix", false, "blue", ";color=blue"],
    ["matrix", false, list, ";color=blue,black,brown"],
    ["matrix", true, list, ";color=blue;color=black;color=brown"],
    ["matrix", false, object, ";color=R,100,G,200,B,150"],
    ["matrix", true, object, ";R=100;G=200;B=150"],
    ["simple", false, "a/b?c#d%2F\\", "a%2Fb%3Fc%23d%252F%5C"],
    ["simple", false, "ü !'()*", "%C3%BC%20%21%27%28%29%2A"],
    ["simple", false, "\ud800", "%EF%BF%BD"],
    ["simple", false, 7, "7"],
    ["simple", false, true, "true"],
  ])("%s, explode %s, %j: %s", (name, explode, value, expected) => {
    expect(pathValue("color", value, style(name, explode))).toBe(expected);
  });
});

describe("queryParts", () => {
  it.each<[string, boolean, Json, string]>([
    ["form", true, "", "color="],
    ["form", true, "blue", "color=blue"],
    ["form", true, list, "color=blue&color=black&color=brown"],
    ["form", false, list, "color=blue,black,brown"],
    ["form", true, object, "R=100&G=200&B=150"],
    ["form", false, object, "color=R,100,G,200,B,150"],
    ["spaceDelimited", false, list, "color=blue%20black%20brown"],
    ["spaceDelimited", false, object, "color=R%20100%20G%20200%20B%20150"],
    ["spaceDelimited", true, list, "color=blue&color=black&color=brown"],
    ["pipeDelimited", false, list, "color=blue%7Cblack%7Cbrown"],
    ["pipeDelimited", false, object, "color=R%7C100%7CG%7C200%7CB%7C150"],
    ["deepObject", true, object, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"],
    [
      "deepObject",
      true,
      { a: { b: 1, c: [2] } },
      "color%5Ba%5D%5Bb%5D=1&color%5Ba%5D%5Bc%5D%5B0%5D=2",
    ],
    ["deepObject", true, list, "color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown"],
    ["deepObject", true, "blue", "color=blue"],
    ["form", true, [], ""],
    ["form", false, {}, ""],
    ["form", true, null, ""],
    ["form", true, [1, null, { a: 1 }], "color=1&color=%7B%22a%22%3A1%7D"],
    ["form", false, ["a,b", "c&d"], "color=a%2Cb,c%26d"],
    ["form", true, "a b+c&d=e#f", "color=a%20b%2Bc%26d%3De%23f"],
  ])("%s, explode %s, %j: %s", (name, explode, value, expected) => {
    expect(queryParts("color", value, style(name, explode)).join("&")).toBe(expected);
  });

  it("keeps reserved characters if the description allows it, except those that end a value", () => {
    const parts = queryParts("q", ":/?#[]@!$&'()*+,;= %", style("form", true, true));
    expect(parts).toEqual(["q=:/?%23[]@!$%26'()*%2B,%3B=%20%25"]);
  });
});

describe("headerValue", () => {
  it.each<[boolean, Json, string]>([
    [false, "a b", "a b"],
    [false, list, "blue,black,brown"],
    [false, object, "R,100,G,200,B,150"],
    [true, object, "R=100,G=200,B=150"],
  ])("explode %s, %j: %s", (explode, value, expected) => {
    expect(headerValue(value, style("simple", explode))).toBe(expected);
  });
});
