import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { NativeHistogram } from "../../src/instruments/native-histogram.ts";
import type {
  NativeBuckets,
  NativeHistogramState,
} from "../../src/instruments/native-histogram.ts";

const observed = (values: Iterable<number>): NativeHistogramState => {
  const histogram = new NativeHistogram();
  for (const value of values) histogram.record(value);
  return histogram.copy();
};

const entries = ({ indexes, counts }: NativeBuckets) =>
  indexes.map((index, at) => [index, counts[at]] as const);

/** The upper bound of the bucket with this index: the largest number's is its own value, and infinity is above it. */
const bound = (index: number, schema: number): number => {
  const power = index / 2 ** schema;
  return power === 1_024 ? Number.MAX_VALUE : 2 ** power;
};

const anyObservation = fc.oneof(
  fc.double({ noNaN: true }),
  fc.double({ noNaN: true, min: -10, max: 10 }),
  fc.integer({ min: -1_022, max: 1_023 }).map((power) => 2 ** power),
  fc.constantFrom(0, -0, 5e-324, 2 ** -128, Number.MAX_VALUE, Infinity, -Infinity),
);

describe("NativeHistogram", () => {
  it("puts a value at a bucket's upper bound into that bucket", () => {
    const { positive, negative, schema } = observed([1, 1.0000001, 2, 1024, 0.5, -1, -3]);
    expect(schema).toBe(3);
    expect(entries(positive)).toEqual([
      [-8, 1],
      [0, 1],
      [1, 1],
      [8, 1],
      [80, 1],
    ]);
    expect(entries(negative)).toEqual([
      [0, 1],
      [13, 1],
    ]);
  });

  it("has eight buckets between 1 and 2", () => {
    const middles = Array.from({ length: 8 }, (_, step) => 2 ** ((step + 0.5) / 8));
    expect(entries(observed(middles).positive)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((index) => [index, 1]),
    );
  });

  it("counts what is next to nothing as zero, and the infinite above all numbers", () => {
    const { zeroCount, zeroThreshold, positive, negative, count } = observed([
      0,
      -0,
      2 ** -128,
      -(2 ** -128),
      5e-324,
      Number.MAX_VALUE,
      Infinity,
      -Infinity,
    ]);
    expect({ zeroCount, zeroThreshold, count }).toEqual({
      zeroCount: 5,
      zeroThreshold: 2 ** -128,
      count: 8,
    });
    expect(entries(positive)).toEqual([
      [8_192, 1],
      [8_193, 1],
    ]);
    expect(entries(negative)).toEqual([[8_193, 1]]);
  });

  it("halves its resolution when it has more than 160 buckets", () => {
    const values = Array.from({ length: 161 }, (_, step) => 2 ** ((step + 0.5) / 8));
    expect(observed(values.slice(1)).schema).toBe(3);
    const { schema, positive } = observed(values);
    expect(schema).toBe(2);
    expect(positive.indexes).toEqual(Array.from({ length: 81 }, (_, index) => index + 1));
    expect(positive.counts).toEqual([...Array.from({ length: 80 }, () => 2), 1]);
  });

  it("keeps within 160 buckets, or 258 where it can be no coarser, over all numbers there are", () => {
    const powers = Array.from({ length: 1_150 }, (_, step) => 2 ** (step - 126));
    const positive = observed(powers);
    expect(positive.schema).toBe(-3);
    expect(positive.positive.indexes.length).toBeLessThanOrEqual(160);
    const both = observed([...powers, ...powers.map((value) => -value)]);
    expect(both.schema).toBe(-4);
    expect(both.count).toBe(2_300);
  });

  it("has every observation in the bucket whose bounds it lies between", () => {
    fc.assert(
      fc.property(fc.array(anyObservation, { maxLength: 400 }), (values) => {
        const { schema, zeroThreshold, ...read } = observed(values);
        const magnitudes = (sign: number) =>
          values.map((value) => sign * value).filter((value) => value > zeroThreshold);
        for (const [buckets, all] of [
          [read.positive, magnitudes(1)],
          [read.negative, magnitudes(-1)],
        ] as const) {
          let held = 0;
          for (const [index, count] of entries(buckets)) {
            // The bounds themselves are irrational, so their last bits are a matter of rounding.
            const above = (bucket: number) =>
              all.filter((value) => value / (1 + 1e-15) > bound(bucket, schema)).length;
            expect(count).toBe(above(index - 1) - above(index));
            held += count ?? 0;
          }
          expect(held).toBe(all.length);
        }
        expect(read.count).toBe(values.length);
        expect(read.zeroCount).toBe(values.length - magnitudes(1).length - magnitudes(-1).length);
      }),
    );
  });

  it("stays in a snapshot as it was, once native histograms are read at all", () => {
    const histogram = new NativeHistogram();
    histogram.record(1);
    const first = histogram.snapshot();
    expect(first.read()?.count).toBe(1);
    histogram.record(1);
    const second = histogram.snapshot();
    histogram.record(2);
    const third = histogram.snapshot();
    expect([first, second, third].map((one) => one.read()?.count)).toEqual([1, 2, 3]);
    expect(entries(third.read()?.positive ?? { indexes: [], counts: [] })).toEqual([
      [0, 2],
      [8, 1],
    ]);
  });

  it("gives one snapshot until something is recorded", () => {
    const histogram = new NativeHistogram();
    const first = histogram.snapshot();
    expect(histogram.snapshot()).toBe(first);
    histogram.record(1);
    expect(histogram.snapshot()).not.toBe(first);
  });
});
