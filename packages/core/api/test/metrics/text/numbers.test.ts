import { describe, expect, it } from "@effect/vitest";
import { addScalars, formatBound, formatValue } from "../../../src/metrics/text/numbers.ts";

describe("formatValue", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [1, "1"],
    [-2.5, "-2.5"],
    [0.1 + 0.2, "0.30000000000000004"],
    [1e21, "1e+21"],
    [5e-324, "5e-324"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "+Inf"],
    [Number.NEGATIVE_INFINITY, "-Inf"],
    [9_007_199_254_740_993n, "9007199254740993"],
    [10n ** 400n, "+Inf"],
    [-(10n ** 400n), "-Inf"],
  ])("writes %s as %s", (value, text) => {
    expect(formatValue(value)).toBe(text);
  });
});

describe("formatBound", () => {
  // The left column of OpenMetrics 1.0's canonical numbers, and what Go's %g makes of further ones.
  it.each([
    [0, "0.0"],
    [0.1, "0.1"],
    [1, "1.0"],
    [10, "10.0"],
    [300, "300.0"],
    [100_000, "100000.0"],
    [123_456.75, "123456.75"],
    [1e6, "1e+06"],
    [4_194_304, "4.194304e+06"],
    [1e21, "1e+21"],
    [1e100, "1e+100"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [0.000025, "2.5e-05"],
    [-1, "-1.0"],
    [Number.POSITIVE_INFINITY, "+Inf"],
    [Number.NEGATIVE_INFINITY, "-Inf"],
  ])("writes %s as %s", (bound, text) => {
    expect(formatBound(bound)).toBe(text);
  });
});

describe("addScalars", () => {
  it("keeps bigint exact and falls back to numbers where they mix", () => {
    expect(addScalars(9_007_199_254_740_993n, 1n)).toBe(9_007_199_254_740_994n);
    expect(addScalars(1n, 0.5)).toBe(1.5);
    expect(addScalars(1, 2)).toBe(3);
  });
});
