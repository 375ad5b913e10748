import { describe, expect, it } from "@effect/vitest";
import { isUnit, translateUnit } from "../../../src/metrics/families/units.ts";

describe("translateUnit", () => {
  it.each([
    ["s", { main: "seconds", per: "", divisor: 1 }],
    ["ms", { main: "seconds", per: "", divisor: 1e3 }],
    ["milliseconds", { main: "seconds", per: "", divisor: 1e3 }],
    ["us", { main: "seconds", per: "", divisor: 1e6 }],
    ["ns", { main: "seconds", per: "", divisor: 1e9 }],
    ["By", { main: "bytes", per: "", divisor: 1 }],
    ["By/s", { main: "bytes", per: "second", divisor: 1 }],
    ["{call}/s", { main: "", per: "second", divisor: 1 }],
    ["ms/s", { main: "milliseconds", per: "second", divisor: 1 }],
    ["{call}", { main: "", per: "", divisor: 1 }],
    ["1", { main: "", per: "", divisor: 1 }],
    ["", { main: "", per: "", divisor: 1 }],
    ["%", { main: "percent", per: "", divisor: 1 }],
    ["widget.kind", { main: "widget_kind", per: "", divisor: 1 }],
  ])("translates %s", (unit, translated) => {
    expect(translateUnit(unit)).toEqual(translated);
  });
});

describe("isUnit", () => {
  it("knows UCUM, annotations and words, and nothing else", () => {
    for (const unit of ["s", "By", "{call}", "milliseconds", "1"]) expect(isUnit(unit)).toBe(true);
    for (const text of ["", "rack-7", "{a", "toString"]) expect(isUnit(text)).toBe(false);
  });
});
