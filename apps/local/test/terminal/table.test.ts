import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { cut, table } from "../../src/terminal/table.ts";
import type { Column } from "../../src/terminal/table.ts";

const columns: ReadonlyArray<Column<ReadonlyArray<string>>> = [
  { title: "NAME", cell: ([name = ""]) => name },
  { title: "CALLS", align: "right", cell: ([, calls = ""]) => calls },
  { title: "ABOUT", cell: ([, , about = ""]) => about },
];

describe("table", () => {
  it("aligns its columns", () => {
    const rows = [
      ["pets", "7", "Pets of all kinds"],
      ["一二", "12345678", ""],
    ];
    expect(table(columns, rows, Number.POSITIVE_INFINITY)).toBe(
      ["NAME     CALLS  ABOUT", "pets         7  Pets of all kinds", "一二  12345678"].join("\n"),
    );
  });

  it("cuts the widest columns to what fits", () => {
    expect(table(columns, [["pets", "7", "Pets of all kinds"]], 24)).toBe(
      ["NAME  CALLS  ABOUT", "pets      7  Pets of al…"].join("\n"),
    );
  });

  it("puts a cell on one line, without characters that would steer the terminal", () => {
    expect(
      table([{ title: "A", cell: (text: string) => text }], ["x\n\u001b[31my\u202e\tz\u0007"], 80),
    ).toBe("A\nx [31my z");
  });

  it("is never wider than its limit", () => {
    const cell = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 1, max: 100 }),
        (rows, width) => {
          for (const line of table(columns, rows, width).split("\n")) {
            expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });
});

describe("cut", () => {
  it.each([
    ["pets", 4, "pets"],
    ["pets", 3, "pe…"],
    ["一二三", 4, "一…"],
    ["pets", 1, "…"],
  ])("cuts %s to %d cells", (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });
});
