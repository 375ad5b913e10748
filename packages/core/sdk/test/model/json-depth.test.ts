import { describe, expect, it } from "@effect/vitest";
import { Either } from "effect";
import fc from "fast-check";
import { isTooDeep, readExactJson } from "../../src/schemas.ts";

/** A JSON text in which each level is a list or an object, with other members before and after. */
const nested = (levels: fc.Arbitrary<number>) =>
  fc
    .record({
      levels,
      shapes: fc.array(
        fc.constantFrom(
          ["[", "]"] as const,
          ['{"a":', "}"] as const,
          ['["x",{},', ",[]]"] as const,
          ['{"__proto__":1,"é":', ',"length":[1]}'] as const,
        ),
        { minLength: 1, maxLength: 4 },
      ),
      core: fc.constantFrom("1", "null", '"[[[[{{{{"', "12345678901234567890"),
    })
    .map(({ levels: count, core, shapes }) => {
      const chosen = Array.from(
        { length: count },
        (_, level) => shapes[level % shapes.length] ?? (["[", "]"] as const),
      );
      const before = chosen.map(([start]) => start).join("");
      const after = chosen.toReversed().map(([, end]) => end);
      return `${before}${core}${after.join("")}`;
    });

describe("isTooDeep", () => {
  // A shape of two levels may be the innermost.
  it("takes every value of up to 999 levels, and the value can be written again", () =>
    fc.assert(
      fc.property(nested(fc.integer({ min: 0, max: 999 })), (text) => {
        const value: unknown = JSON.parse(text);
        expect(isTooDeep(value)).toBe(false);
        const read = Either.getOrThrow(readExactJson(text));
        expect(JSON.stringify(read).length).toBeGreaterThan(0);
      }),
    ));

  it("refuses every value of more than 1,000 levels, without an overflow", () =>
    fc.assert(
      fc.property(nested(fc.integer({ min: 1_001, max: 300_000 })), (text) => {
        const value: unknown = JSON.parse(text);
        expect(isTooDeep(value)).toBe(true);
        expect(readExactJson(text)).toEqual(Either.left("it is nested more than 1000 levels deep"));
      }),
      { numRuns: 30 },
    ));
});
