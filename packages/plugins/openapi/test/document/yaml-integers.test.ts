import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { CORE_SCHEMA, load } from "js-yaml";
import { exactIntTag } from "../../src/document/yaml-integers.ts";

const read = (text: string): unknown => load(text, { schema: CORE_SCHEMA.withTags(exactIntTag) });

describe("integers in YAML", () => {
  it("keep their digits beyond 2^53, and are numbers below", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 40n), 10n ** 40n), (value) => {
        const number = Number(value);
        expect(read(`a: ${value}`)).toEqual({
          a: Number.isSafeInteger(number) ? number : String(value),
        });
        expect(read(`a: "${value}"`)).toEqual({ a: String(value) });
        expect(read(`a: ${value}.5`)).toEqual({ a: Number(`${value}.5`) });
      }),
    );
  });

  it.each([
    ["0x7FFFFFFFFFFFFFFF", "9223372036854775807"],
    ["+9007199254740993", "9007199254740993"],
    ["010", 10],
    ["0x10", 16],
    ["9".repeat(2_000), "9".repeat(2_000)],
  ])("may be written as %s", (text, value) => {
    expect(read(text)).toBe(value);
  });
});
