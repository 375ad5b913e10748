import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { LineWriter } from "../../../src/metrics/text/encoded-text.ts";
import { formatValue } from "../../../src/metrics/text/numbers.ts";

const decoder = new TextDecoder();

const written = (write: (lines: LineWriter) => void): string => {
  const lines = new LineWriter();
  write(lines);
  return decoder.decode(lines.take());
};

describe("LineWriter", () => {
  it("writes text in UTF-8, whatever it is", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 40 })), (texts) => {
        expect(
          written((lines) => {
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
      expect(written((lines) => lines.value(number))).toBe(formatValue(number));
    }
    fc.assert(
      fc.property(value, (number) => {
        expect(written((lines) => lines.value(number))).toBe(formatValue(number));
      }),
      { numRuns: 1_000 },
    );
  });

  it("grows, and writes again what it has", () => {
    const line = "x".repeat(50_000);
    expect(
      written((lines) => {
        lines.text(line);
        lines.bytes(new TextEncoder().encode(line));
        lines.repeat(0, 100_000);
      }),
    ).toBe("x".repeat(200_000));
  });
});
