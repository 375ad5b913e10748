import { describe, expect, it } from "@effect/vitest";
import { bytes, seconds, significant } from "../../src/terminal/units.ts";

describe("seconds", () => {
  it.each([
    [0, "0 s"],
    [0.000_25, "250 µs"],
    [0.0015, "1.5 ms"],
    [0.035, "35 ms"],
    [12.345, "12.3 s"],
    [119, "119 s"],
    [300, "5 min"],
    [10_800, "3 h"],
    [864_000, "240 h"],
  ])("writes %d s as %s", (value, expected) => {
    expect(seconds(value)).toBe(expected);
  });
});

describe("bytes", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [192_921_600, "184 MiB"],
    [3 * 1024 ** 3, "3 GiB"],
    [5000 * 1024 ** 3, "5000 GiB"],
  ])("writes %d as %s", (value, expected) => {
    expect(bytes(value)).toBe(expected);
  });
});

describe("significant", () => {
  it.each([
    [0, "0"],
    [0.012_34, "0.0123"],
    [12.34, "12.3"],
    [123.4, "123"],
    [12_345, "12345"],
  ])("writes %d as %s", (value, expected) => {
    expect(significant(value)).toBe(expected);
  });
});
