import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import {
  formatValue,
  LinesPatch,
  LinesWriter,
  LineWriter,
} from "../../../src/metrics/text/lines.ts";
import type { EncodedLines } from "../../../src/metrics/text/lines.ts";

const writer = new LinesWriter();
const patch = new LinesPatch();

const write = (values: ReadonlyArray<number | bigint>): EncodedLines => {
  writer.clear();
  for (const [index, value] of values.entries()) {
    writer.lines.text(`série_${index} `);
    writer.value(value, index % 2 === 0 ? "" : " # suffix");
  }
  return writer.take();
};

const change = (
  chunk: EncodedLines,
  changes: ReadonlyArray<readonly [index: number, value: number]>,
  slack = 0,
) => {
  const written = patch.begin(chunk, slack);
  if (written === undefined) return undefined;
  for (const [index, value] of changes) patch.set(index, value, index % 2 === 0 ? "" : " # suffix");
  return patch.finish();
};

const textOf = ({ bytes }: EncodedLines): string => new TextDecoder().decode(bytes);

describe("LinesPatch", () => {
  it("makes the same chunk as writing all lines, round after round, and does not change the earlier ones", () => {
    const value = fc.oneof(fc.nat(200), fc.nat(), fc.double());
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 12 }),
        fc.array(fc.dictionary(fc.nat(11).map(String), value), { maxLength: 5 }),
        fc.constantFrom(0, 1, 7, 64),
        (first, rounds, slack) => {
          let chunk = write(first);
          let values = first;
          for (const round of rounds) {
            const before = textOf(chunk);
            const changes = Object.entries(round)
              .map(([index, changed]) => [Number(index), changed] as const)
              .filter(([index]) => index < values.length);
            const changed = change(chunk, changes, slack);
            expect(textOf(chunk)).toBe(before);
            values = values.map((kept, index) => round[String(index)] ?? kept);
            if (changed === undefined) throw new Error("The chunk cannot be patched.");
            expect(textOf(changed)).toBe(textOf(write(values)));
            chunk = changed;
          }
        },
      ),
    );
  });

  it("returns the same chunk where nothing changed", () => {
    const chunk = write([1, 2]);
    expect(change(chunk, [])).toBe(chunk);
    expect(change(chunk, [[0, 7]])).not.toBe(chunk);
  });

  it("returns the values in a chunk", () => {
    expect([...(patch.begin(write([1, 2.5]), 0) ?? [])]).toEqual([1, 2.5]);
  });

  it("refuses a chunk whose values another chunk has taken, and one with a bigint", () => {
    const chunk = write([1]);
    expect(change(chunk, [[0, 2]])).toBeDefined();
    expect(change(chunk, [[0, 3]])).toBeUndefined();
    expect(change(write([2n ** 64n]), [])).toBeUndefined();
    expect(textOf(write([2n ** 64n]))).toBe(`série_0 ${formatValue(2n ** 64n)}\n`);
  });
});

const decoder = new TextDecoder();

const textWrittenBy = (use: (lines: LineWriter) => void): string => {
  const lines = new LineWriter();
  use(lines);
  return decoder.decode(lines.take());
};

describe("LineWriter", () => {
  it("writes any text in UTF-8", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 40 })), (texts) => {
        expect(
          textWrittenBy((lines) => {
            for (const text of texts) lines.text(text);
          }),
        ).toBe(decoder.decode(new TextEncoder().encode(texts.join(""))));
      }),
    );
  });

  it("writes numbers as formatValue does", () => {
    const edges = Array.from({ length: 17 }, (_, power) => 10 ** power).flatMap((power) => [
      power - 1,
      power,
      -power,
      power + 0.5,
    ]);
    const value = fc.oneof(fc.nat(), fc.double(), fc.maxSafeInteger(), fc.bigInt());
    for (const number of [...edges, 2 ** 31 - 1, 2 ** 31, 2 ** 32, -0, 5e-324]) {
      expect(textWrittenBy((lines) => lines.value(number))).toBe(formatValue(number));
    }
    fc.assert(
      fc.property(value, (number) => {
        expect(textWrittenBy((lines) => lines.value(number))).toBe(formatValue(number));
      }),
      { numRuns: 1_000 },
    );
  });

  it("grows, and repeats its own text", () => {
    const line = "x".repeat(50_000);
    expect(
      textWrittenBy((lines) => {
        lines.text(line);
        lines.bytes(new TextEncoder().encode(line));
        lines.repeat(0, 100_000);
      }),
    ).toBe("x".repeat(200_000));
  });
});

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
