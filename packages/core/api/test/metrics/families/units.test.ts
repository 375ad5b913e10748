import { describe, expect, it } from "@effect/vitest";
import { translateUnit } from "../../../src/metrics/families/names.ts";

describe("translateUnit", () => {
  it.each([
    ["s", { main: "seconds", per: "" }],
    ["seconds", { main: "seconds", per: "" }],
    ["d", { main: "days", per: "" }],
    ["By", { main: "bytes", per: "" }],
    ["By/s", { main: "bytes", per: "second" }],
    ["{call}/s", { main: "", per: "second" }],
    ["ms/s", { main: "milliseconds", per: "second" }],
    ["{call}", { main: "", per: "" }],
    ["1", { main: "", per: "" }],
    ["", { main: "", per: "" }],
    ["%", { main: "percent", per: "" }],
    ["widget.kind", { main: "widget_kind", per: "" }],
  ])("translates %s", (unit, translated) => {
    expect(translateUnit(unit)).toEqual(translated);
  });
});
