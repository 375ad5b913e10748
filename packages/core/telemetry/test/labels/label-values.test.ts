import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { boundedLabelValue } from "../../src/labels/label-sets.ts";

const bytes = (text: string): number => new TextEncoder().encode(text).length;

describe("boundedLabelValue", () => {
  it.each([
    ["nothing", undefined, ""],
    ["a short value", "ok", "ok"],
    ["128 bytes", "x".repeat(128), "x".repeat(128)],
    ["129 bytes", "x".repeat(129), "x".repeat(128)],
    ["a character across the limit", "x".repeat(127) + "é", "x".repeat(127)],
    ["a surrogate pair across the limit", "x".repeat(126) + "🦜", "x".repeat(126)],
    ["a surrogate pair up to the limit", "x".repeat(124) + "🦜!", "x".repeat(124) + "🦜"],
  ])("keeps of %s what fits", (_, value, kept) => {
    expect(boundedLabelValue(value)).toBe(kept);
  });

  it("keeps a beginning of at most 128 bytes and never half a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (value) => {
        const kept = boundedLabelValue(value);
        expect(value.startsWith(kept)).toBe(true);
        expect(bytes(kept)).toBeLessThanOrEqual(128);
        expect(kept.isWellFormed()).toBe(true);
        const next = String.fromCodePoint(value.codePointAt(kept.length) ?? 0x78);
        expect(kept === value || bytes(kept) + bytes(next) > 128).toBe(true);
      }),
    );
  });
});
