import { describe, expect, it } from "@effect/vitest";
import { oneLine, printable } from "../../src/terminal/printable.ts";

describe("printable", () => {
  it("keeps text, with its lines and tabs", () => {
    expect(printable("a\tb\n\u00e9 \u4e00 \u{1F600}")).toBe("a\tb\n\u00e9 \u4e00 \u{1F600}");
  });

  const between = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index));
  const orders = ["\u001b", "\u009b", "\r", "\u0007", "\u0008", "\u007f"];
  const directions = ["\u061c", "\u200e", "\u200f", ...between(0x202a, 0x202e)];
  it.each([...orders, ...directions, ...between(0x2066, 0x2069), "\u2028", "\u2029"])(
    "takes out %j",
    (character) => {
      expect(printable(`a${character}b`)).toBe("ab");
    },
  );
});

describe("oneLine", () => {
  it("makes one line of several", () => {
    expect(oneLine("  a \r\n\n b\t\u001bc ")).toBe("a b c");
  });
});
