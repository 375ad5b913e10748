import { describe, expect, it } from "@effect/vitest";
import { Either } from "effect";
import fc from "fast-check";
import { readJson, readJsonInSteps } from "@executor/plugin-kit";

/** The result, and the number of steps. */
const read = (source: string, pieceChars: number) => {
  const steps = readJsonInSteps(source, readJson, pieceChars);
  for (let count = 1; ; count += 1) {
    const step = steps.next();
    if (step.done === true) return { count, result: step.value };
  }
};

/** As text, which shows the order of members, and `__proto__` as a member. */
const shown = (result: ReturnType<typeof readJson>): string =>
  Either.match(result, { onLeft: (message) => message, onRight: (json) => JSON.stringify(json) });

const key = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "1", "", '"', "\\", "a{", "[b"),
);
const { value: anyJson } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.boolean(), fc.constant(null), key),
    fc.array(tie("value")),
    fc.array(fc.tuple(key, tie("value"))).map((entries): unknown => Object.fromEntries(entries)),
  ),
}));

const indents = fc.constantFrom("", " ", "\n\t", "  \r\n");
const jsonText = fc
  .tuple(fc.array(anyJson, { minLength: 1, maxLength: 5 }), indents)
  .map(([values, indent]) => JSON.stringify({ values, again: values }, null, indent));

describe("readJsonInSteps", () => {
  it("gives what JSON.parse gives", () => {
    fc.assert(
      fc.property(jsonText, fc.integer({ min: 1, max: 200 }), (source, pieceChars) => {
        expect(shown(read(source, pieceChars).result)).toBe(shown(readJson(source)));
      }),
      { numRuns: 200 },
    );
  });

  it("refuses what JSON.parse refuses, in its words", () => {
    const broken = fc
      .tuple(
        jsonText,
        fc.nat(),
        fc.nat(2),
        fc.constantFrom("", ",", "}", "]", "{", "[", '"', ":", "0", " ", "\\"),
      )
      .map(([source, at, removed, inserted]) => {
        const place = at % (source.length + 1);
        // Half a surrogate pair has no bytes in UTF-8.
        return (source.slice(0, place) + inserted + source.slice(place + removed)).toWellFormed();
      });
    fc.assert(
      fc.property(broken, fc.integer({ min: 1, max: 60 }), (source, pieceChars) => {
        expect(shown(read(source, pieceChars).result)).toBe(shown(readJson(source)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("keeps the last of members of the same name, at the place of the first", () => {
    const source = `{"a": 1, "b": [1, 2, 3, 4, 5, 6], "a": {"c": [7, 8, 9, 10]}}`;
    const { result } = read(source, 10);
    expect(JSON.stringify(Either.getOrThrow(result))).toBe(JSON.stringify(JSON.parse(source)));
  });

  it("takes steps of about the size of a piece", () => {
    const item = { name: "x".repeat(50), values: [1, 2, 3] };
    const source = JSON.stringify({ a: { b: Array.from({ length: 20_000 }, () => item) } });
    const { count } = read(source, 10_000);
    expect(count).toBeGreaterThan(source.length / 25_000);
  });

  it("parses text that is nested deeply in one piece", () => {
    const source = "[".repeat(2_000) + "]".repeat(2_000);
    expect(read(source, 10).result).toStrictEqual(readJson(source));
  });
});
