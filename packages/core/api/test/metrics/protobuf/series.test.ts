import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { toNativeSpans } from "../../../src/metrics/protobuf/series.ts";
import type { NativeSpans } from "../../../src/metrics/protobuf/series.ts";

/** Reads spans and deltas as a server does: each bucket's index and count, empty ones left out. */
const read = ({ spans, deltas }: NativeSpans): ReadonlyArray<readonly [number, number]> => {
  const buckets: Array<readonly [number, number]> = [];
  let [index, count, at] = [0, 0, 0];
  for (const { offset, length } of spans) {
    index += offset;
    for (let step = 0; step < length; step += 1) {
      count += deltas[at] ?? Number.NaN;
      if (count !== 0) buckets.push([index, count]);
      index += 1;
      at += 1;
    }
  }
  return at === deltas.length ? buckets : [];
};

const anyBuckets = fc
  .uniqueArray(fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: 1, max: 2 ** 40 })), {
    selector: ([index]) => index,
  })
  .map((buckets) => buckets.toSorted(([left], [right]) => left - right));

describe("toNativeSpans", () => {
  it("is read back as it was", () => {
    fc.assert(
      fc.property(anyBuckets, (buckets) => {
        const spans = toNativeSpans({
          indexes: buckets.map(([index]) => index),
          counts: buckets.map(([, count]) => count),
        });
        expect(read(spans)).toEqual(buckets);
      }),
    );
  });

  it("writes gaps of two empty buckets out, and begins a span behind longer ones", () => {
    expect(toNativeSpans({ indexes: [-3, 0, 4], counts: [5, 7, 1] })).toEqual({
      spans: [
        { offset: -3, length: 4 },
        { offset: 3, length: 1 },
      ],
      deltas: [5, -5, 0, 7, -6],
    });
  });

  it("has no span for no bucket", () => {
    expect(toNativeSpans({ indexes: [], counts: [] })).toEqual({ spans: [], deltas: [] });
  });
});
