import type { NativeBuckets } from "@executor/telemetry";

/** Buckets of a native histogram as `io.prometheus.client.Histogram` has them. */
export interface NativeSpans {
  /** Runs of buckets; `offset` is the gap to the run before, the first bucket's index in the first. */
  readonly spans: ReadonlyArray<{ readonly offset: number; readonly length: number }>;
  /** Each bucket's count less that of the bucket before. */
  readonly deltas: ReadonlyArray<number>;
}

/** Gaps of up to this many empty buckets are written out, which is shorter than another span. */
const smallGap = 2;

export const toNativeSpans = ({ indexes, counts }: NativeBuckets): NativeSpans => {
  const spans: Array<{ offset: number; length: number }> = [];
  const deltas: Array<number> = [];
  let before = 0;
  let next = 0;
  for (const [at, index] of indexes.entries()) {
    const gap = index - next;
    let span = spans.at(-1);
    if (span === undefined || gap > smallGap) {
      span = { offset: gap, length: 0 };
      spans.push(span);
    } else {
      for (let empty = 0; empty < gap; empty += 1) {
        deltas.push(0 - before);
        before = 0;
      }
      span.length += gap;
    }
    const count = counts[at] ?? 0;
    deltas.push(count - before);
    span.length += 1;
    before = count;
    next = index + 1;
  }
  return { spans, deltas };
};
