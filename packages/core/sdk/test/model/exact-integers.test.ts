import { describe, expect, it } from "@effect/vitest";
import { Either } from "effect";
import fc from "fast-check";
import type { IntegerPlaces, Json } from "../../src/schemas.ts";
import { quoteIntegers, readExactJson, writeExactJson } from "../../src/schemas.ts";

declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/** The engine's own reader, told to keep what it would round. */
const oracle = (text: string): unknown =>
  JSON.parse(text, (_, value, { source }) =>
    typeof value === "number" &&
    source !== undefined &&
    /^-?\d+$/.test(source) &&
    BigInt(source) !== BigInt(Math.trunc(Math.max(-(2 ** 53 - 1), Math.min(2 ** 53 - 1, value))))
      ? source
      : value,
  );

const read = (text: string): Json => Either.getOrThrow(readExactJson(text));

const integer = fc.oneof(
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
  fc
    .integer({ min: 1, max: 40 })
    .chain((length) => fc.stringMatching(new RegExp(`^-?[1-9][0-9]{${length - 1}}$`))),
  fc.bigInt({ min: 2n ** 53n - 5n, max: 2n ** 53n + 5n }).map(String),
);
const number = fc.oneof(
  { weight: 4, arbitrary: integer },
  fc
    .tuple(integer, fc.constantFrom(".0", ".5", "e1", "E-2", "e+25", ".25e400"))
    .map((parts) => parts.join("")),
  fc.constantFrom("-0", "0", "1e400", "1e25", "0.3333333333333333", "1234567890123456789.0"),
);
const tricky = fc.constantFrom(
  '"1234567890123456789"',
  String.raw`"\\\"1234567890123456789,"`,
  String.raw`"a\\"`,
  String.raw`"[1234567890123456789,1234567890123456789]"`,
  '":1234567890123456789"',
);
const space = fc.stringMatching(/^[ \t\n\r]{0,20}$/);

/** JSON texts, as whoever writes them may space them. */
const text = fc.letrec<{ value: string }>((tie) => {
  const spaced = fc.tuple(space, tie("value"), space).map((parts) => parts.join(""));
  const name = fc.oneof(
    tricky,
    fc.string({ unit: "binary" }).map((key) => JSON.stringify(key)),
  );
  return {
    value: fc.oneof(
      { maxDepth: 4 },
      number,
      name,
      fc.constantFrom("null", "true", "[]", "{}"),
      fc.array(spaced, { maxLength: 6 }).map((items) => `[${items.join(",")}]`),
      fc
        .array(fc.tuple(space, name, space, spaced), { maxLength: 6 })
        .map(
          (members) =>
            `{${members.map(([a, key, b, value]) => `${a}${key}${b}:${value}`).join(",")}}`,
        ),
    ),
  };
}).value;

describe("readExactJson", () => {
  it("keeps the digits of every integer, and everything else as the engine reads it", () => {
    let quoted = 0;
    fc.assert(
      fc.property(text, (json) => {
        if (quoteIntegers(json) !== json) quoted += 1;
        expect(read(json)).toStrictEqual(oracle(json));
      }),
      { numRuns: 800 },
    );
    expect(quoted).toBeGreaterThan(100);
  });

  it("makes no JSON of what is none, and tells the parser's own message", () => {
    const part = fc.oneof(
      integer,
      fc.constantFrom("[", "]", "{", "}", ",", ":", '"', " ", "\\", "-", "a", "."),
    );
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join("")),
        (json) => {
          const plain = Either.try({ try: (): unknown => JSON.parse(json), catch: String });
          const exact = readExactJson(json);
          const said = Either.match(exact, { onLeft: (message) => message, onRight: () => "" });
          expect(Either.isRight(exact)).toBe(Either.isRight(plain));
          expect(Either.getOrElse(plain, (message) => message)).toSatisfy(
            (message) => Either.isRight(plain) || String(message).includes(said),
          );
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it.each<[string, string, Json]>([
    ["the last exact integer", "9007199254740991", 9007199254740991],
    ["the first inexact one", "9007199254740992", "9007199254740992"],
    ["the one after", " -9007199254740993\n", "-9007199254740993"],
    ["a fraction", "1234567890123456789.0", 1234567890123456800],
    ["the last of equal names", '{"a":1,"a":1234567890123456789}', { a: "1234567890123456789" }],
    [
      "a dangerous name",
      '{"__proto__":12345678901234567890}',
      JSON.parse('{"__proto__":"12345678901234567890"}'),
    ],
  ])("reads %s", (_, json, value) => {
    expect(read(json)).toStrictEqual(value);
  });

  it("is linear, at any depth", () => {
    const depth = 20_000;
    const deep = `${"[".repeat(depth)}1234567890123456789${"]".repeat(depth)}`;
    expect(quoteIntegers(deep)).toContain('["1234567890123456789"]');
    const texts = [
      (n: number) => `[${"1234567890123456789,".repeat(n / 20)}1]`,
      (n: number) => `[1234567890123456789${" ".repeat(n)}]`,
      (n: number) => `[1234567890123456789,"${"\\\\".repeat(n / 2)}"]`,
      (n: number) => `[1234567890123456789,"${String.raw`\"`.repeat(n / 2)}"]`,
      (n: number) => "9".repeat(n),
      (n: number) => `["9${" 1234567890123456789 ".repeat(n / 21)}`,
      (n: number) => `{"a":1234567890123456789${"\n:1234567890123456789".repeat(n / 21)}`,
    ];
    // Any loop in another would take hours.
    for (const make of texts) {
      const json = make(4_000_000);
      expect(quoteIntegers(json).length).toBeGreaterThanOrEqual(json.length);
    }
  });
});

describe("writeExactJson", () => {
  it("gives back the digits that were read, wherever they stood", () => {
    const places = (value: Json): IntegerPlaces | undefined => {
      if (typeof value === "string") return true;
      if (typeof value !== "object" || value === null) return undefined;
      const below = Object.entries<Json>(value).flatMap(([key, item]) => {
        const inside = places(item);
        return inside === undefined
          ? []
          : [[Array.isArray(value) ? Number(key) : key, inside] as const];
      });
      return new Map(below);
    };
    const value = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        integer,
        fc.array(tie("value"), { maxLength: 5 }).map((items) => `[${items.join(",")}]`),
        fc
          .dictionary(fc.stringMatching(/^[a-z_]+$/), tie("value"), {
            maxKeys: 5,
            noNullPrototype: true,
          })
          .map(
            (members) =>
              `{${Object.entries(members)
                .map(([key, item]) => `"${key}":${item}`)
                .join(",")}}`,
          ),
      ),
    })).value;
    fc.assert(
      fc.property(value, (json) => {
        const agent: Json = JSON.parse(JSON.stringify(read(json)));
        expect(writeExactJson(agent, places(agent))).toBe(json);
      }),
      { numRuns: 400 },
    );
  });
});
