import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import type { ExponentialBuckets, ExponentialValues } from "../src/metrics/encoding.ts";
import { exponentialValues, increaseOf, nativeOf } from "../src/metrics/exponential.ts";
import { specifiedIndex, startHistogram } from "./support/exponential.ts";

const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: 0.001, max: 60 }),
  fc.integer({ min: -1_022, max: 1_023 }).map((power) => 2 ** power),
  fc.constantFrom(0, -0, 5e-324, 2 ** -128, Number.MAX_VALUE, -Number.MAX_VALUE),
);
const observation = fc.oneof(
  { arbitrary: finite, weight: 20 },
  { arbitrary: fc.constantFrom(Infinity, -Infinity), weight: 1 },
);
const observations = fc.array(observation, { maxLength: 400 });

/** What the point of a histogram with these observations says. */
const valuesOf = (observed: ReadonlyArray<number>) => {
  const series = startHistogram().observe(observed);
  const native = nativeOf(series);
  if (native === undefined) throw new Error("The histogram has no exponential buckets.");
  return { native, point: exponentialValues(series, native) };
};

const total = ({ positive, negative, zeroCount }: ExponentialValues): number =>
  [...positive.counts, ...negative.counts].reduce((sum, count) => sum + count, zeroCount);

/** Counts by index, those that are 0 left out. */
const filled = ({ offset, counts }: ExponentialBuckets) =>
  counts.flatMap((count, at) => (count === 0 ? [] : [[offset + at, count] as const]));

/** The buckets of positive values, by the specification's formula. */
const expected = (magnitudes: ReadonlyArray<number>, scale: number) => {
  const counts = new Map<number, number>();
  for (const magnitude of magnitudes) {
    const index = specifiedIndex(magnitude, scale);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return [...counts].toSorted(([left], [right]) => left - right);
};

const expectSpecified = (point: ExponentialValues, observed: ReadonlyArray<number>): void => {
  const { scale, zeroThreshold, positive, negative, zeroCount, count } = point;
  const inBuckets = observed.filter((value) => Number.isFinite(value));
  const outside = inBuckets.filter((value) => Math.abs(value) > zeroThreshold);
  expect(count).toBe(inBuckets.length);
  expect(total(point)).toBe(count);
  expect(zeroCount).toBe(inBuckets.length - outside.length);
  const above = outside.filter((value) => value > 0);
  const below = outside.filter((value) => value < 0).map(Math.abs);
  expect(filled(positive)).toEqual(expected(above, scale));
  expect(filled(negative)).toEqual(expected(below, scale));
};

describe("the exponential buckets of a histogram", () => {
  it("hold every value by the specification's formula, and count to the count", () =>
    fc.assert(
      fc.property(observations, (observed) => expectSpecified(valuesOf(observed).point, observed)),
      { numRuns: 300 },
    ));

  it("are 160 on each side at most, at the finest scale at which they are", () =>
    fc.assert(
      fc.property(observations, (observed) => {
        const { native, point } = valuesOf(observed);
        const widest = Math.max(point.positive.counts.length, point.negative.counts.length);
        expect(widest).toBeLessThanOrEqual(160);
        if (point.scale === native.schema) return;
        const sides = [
          observed.filter((value) => value > point.zeroThreshold && value < Infinity),
          observed.filter((value) => -value > point.zeroThreshold && value > -Infinity),
        ].map((side) =>
          expected(
            side.map((value) => Math.abs(value)),
            point.scale + 1,
          ),
        );
        const spans = sides.map((side) => (side.at(-1)?.[0] ?? 0) - (side[0]?.[0] ?? 0) + 1);
        expect(Math.max(...spans)).toBeGreaterThan(160);
      }),
      { numRuns: 200 },
    ));

  it.each([
    ["positive", [0.5, 2, 3], { sum: 5.5, min: 0.5, max: 3 }],
    ["negative, where the sum is not filled out", [-1, 2], { sum: undefined, min: -1, max: 2 }],
    ["infinite, which are in no bucket", [1, Infinity], { sum: undefined, min: 1, max: undefined }],
    ["none", [], { sum: 0, min: undefined, max: undefined }],
  ])("have sum and range of observations that are %s", (_, observed, range) => {
    expect(valuesOf(observed).point).toMatchObject(range);
  });

  it("give the increase since an earlier state, whatever their scale was", () =>
    fc.assert(
      fc.property(fc.array(finite), observations, (first, later) => {
        const histogram = startHistogram();
        const before = nativeOf(histogram.observe(first));
        const series = histogram.observe([...first, ...later]);
        const now = nativeOf(series);
        const increase = now && before && increaseOf(now, before);
        if (increase === undefined) throw new Error("The histogram has not begun anew.");
        expectSpecified(exponentialValues(series, increase), later);
      }),
      { numRuns: 200 },
    ));

  it("give no increase where the histogram began anew", () => {
    const histogram = startHistogram();
    const before = nativeOf(histogram.observe([1, 2, 3]));
    const now = nativeOf(histogram.observe([1, 2, 2, 2]));
    expect(now && before && increaseOf(now, before)).toBeUndefined();
  });
});
