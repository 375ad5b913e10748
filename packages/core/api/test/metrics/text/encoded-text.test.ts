import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { formatValue } from "../../../src/metrics/text/numbers.ts";
import { LinesPatch, LinesWriter } from "../../../src/metrics/text/encoded-text.ts";
import type { EncodedLines } from "../../../src/metrics/text/encoded-text.ts";

const writer = new LinesWriter();
const patch = new LinesPatch();

const write = (values: ReadonlyArray<number | bigint>): EncodedLines => {
  writer.clear();
  for (const [index, value] of values.entries()) {
    writer.lines.text(`série_${index} `);
    writer.value(value, index % 2 === 0 ? "" : " # behind");
  }
  return writer.take();
};

const change = (
  block: EncodedLines,
  changes: ReadonlyArray<readonly [index: number, value: number]>,
) => {
  const written = patch.begin(block);
  if (written === undefined) return undefined;
  for (const [index, value] of changes) patch.set(index, value, index % 2 === 0 ? "" : " # behind");
  return patch.finish();
};

const textOf = ({ bytes }: EncodedLines): string => new TextDecoder().decode(bytes);

describe("LinesPatch", () => {
  it("makes the block that would have been written, time and again, and leaves the former ones alone", () => {
    const value = fc.oneof(fc.nat(200), fc.nat(), fc.double());
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 12 }),
        fc.array(fc.dictionary(fc.nat(11).map(String), value), { maxLength: 5 }),
        (first, rounds) => {
          let block = write(first);
          let values = first;
          for (const round of rounds) {
            const before = textOf(block);
            const changes = Object.entries(round)
              .map(([index, changed]) => [Number(index), changed] as const)
              .filter(([index]) => index < values.length);
            const changed = change(block, changes);
            expect(textOf(block)).toBe(before);
            values = values.map((kept, index) => round[String(index)] ?? kept);
            if (changed === undefined) throw new Error("The block cannot be patched.");
            expect(textOf(changed)).toBe(textOf(write(values)));
            block = changed;
          }
        },
      ),
    );
  });

  it("gives the same block back where nothing changed", () => {
    const block = write([1, 2]);
    expect(change(block, [])).toBe(block);
    expect(change(block, [[0, 7]])).not.toBe(block);
  });

  it("knows the values that stand in a block", () => {
    expect([...(patch.begin(write([1, 2.5])) ?? [])]).toEqual([1, 2.5]);
  });

  it("refuses a block whose values another block has taken, and one with values beyond a number", () => {
    const block = write([1]);
    expect(change(block, [[0, 2]])).toBeDefined();
    expect(change(block, [[0, 3]])).toBeUndefined();
    expect(change(write([2n ** 64n]), [])).toBeUndefined();
    expect(textOf(write([2n ** 64n]))).toBe(`série_0 ${formatValue(2n ** 64n)}\n`);
  });
});
