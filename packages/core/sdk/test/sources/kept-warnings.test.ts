import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { keptWarnings } from "../../src/sources/kept-warnings.ts";

const warning = fc.record({
  code: fc.constantFrom("reference_not_found", "unsupported_format", "x".repeat(500)),
  message: fc.string({ maxLength: 2_000 }),
  place: fc.option(fc.string({ maxLength: 1_000 })),
});

describe("keptWarnings", () => {
  it("keeps a bounded number of bounded entries, and counts every other one", () => {
    fc.assert(
      fc.property(fc.array(warning, { maxLength: 300 }), (warnings) => {
        const kept = keptWarnings(warnings, (text) => text);
        expect(kept.length).toBe(Math.min(warnings.length, 101));
        for (const { code, message, place } of kept) {
          expect(code.length).toBeLessThanOrEqual(60);
          expect(message.length).toBeLessThanOrEqual(500);
          expect(place?.length ?? 0).toBeLessThanOrEqual(300);
        }
        const counted = kept.slice(100).map(({ message }) => Number.parseInt(message, 10));
        expect(counted).toEqual(warnings.length > 100 ? [warnings.length - 100] : []);
      }),
    );
  });

  it("counts the others by their codes, the most frequent first", () => {
    const of = (code: string) => ({ code, message: "…", place: null });
    const warnings = [
      ...Array.from({ length: 101 }, () => of("a")),
      ...Array.from({ length: 2 }, () => of("b")),
    ];
    expect(keptWarnings(warnings, (text) => text).at(-1)).toEqual({
      code: "more_warnings",
      message: "3 more: b 2, a 1.",
      place: null,
    });
  });

  it("cuts no credential into a part that nobody recognizes", () => {
    const credential = "hunter2-and-more";
    const redact = (text: string) => text.replaceAll(credential, "[redacted]");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600 }), (before) => {
        const text = `${"x".repeat(before)}${credential}`;
        const [kept] = keptWarnings([{ code: "c", message: text, place: text }], redact);
        expect(JSON.stringify(kept)).not.toContain("hunter");
      }),
    );
  });
});
