import { describe, expect, it } from "@effect/vitest";
import { isUnit, toReadUnit } from "../../src/reading/identity.ts";

describe("toReadUnit", () => {
  it.each([
    ["s", "s", 1],
    ["seconds", "s", 1],
    ["ms", "s", 1e3],
    ["milliseconds", "s", 1e3],
    ["us", "s", 1e6],
    ["ns", "s", 1e9],
    ["bytes", "By", 1],
    ["By/s", "By/s", 1],
    ["ms/s", "ms/s", 1],
    ["{call}", "{call}", 1],
    ["1", "1", 1],
    ["", "", 1],
    ["widget.kind", "widget.kind", 1],
  ])("reads %s in %s, divided by %d", (recorded, unit, divisor) => {
    expect(toReadUnit(recorded)).toEqual({ unit, divisor });
  });
});

describe("isUnit", () => {
  it("knows UCUM, annotations and words, and nothing else", () => {
    for (const unit of ["s", "By", "{call}", "milliseconds", "1"]) expect(isUnit(unit)).toBe(true);
    for (const text of ["", "rack-7", "{a", "toString"]) expect(isUnit(text)).toBe(false);
  });
});
