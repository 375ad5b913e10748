import { describe, expect, it } from "@effect/vitest";
import { formatBound } from "../../../src/metrics/text/series.ts";

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
