import { describe, expect, it } from "@effect/vitest";
import { oneLine, printable } from "../../src/terminal/printable.ts";

describe("printable", () => {
  it("keeps text, with its lines and tabs", () => {
    expect(printable("a\tb\n\u00e9 \u4e00 \u{1F600}")).toBe("a\tb\n\u00e9 \u4e00 \u{1F600}");
  });

  it.each(["\u001b", "\u009b", "\r", "\u0007", "\u0008", "\u007f", "\u202e", "\u2066", "\u200f"])(
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
