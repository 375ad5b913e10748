import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { CodeLimitError, CodeSyntaxError, prepareCode } from "../src/prepare-code.ts";
import { families } from "./support/families.ts";
import { typeStripper } from "./support/type-stripper.ts";

/** The largest code that is parsed. */
const cap = 131_072;

/** Prepares code that nobody trusts; gives how that ended. Whatever the code was, the next code is prepared as if it were the first. */
const outcomeOf = (code: string): string => {
  let outcome = "prepared";
  try {
    prepareCode(code, typeStripper);
  } catch (error) {
    const isExpected = [CodeLimitError, CodeSyntaxError, RangeError].some(
      (kind) => error instanceof kind,
    );
    if (!(error instanceof Error && isExpected)) throw error;
    outcome = error.name;
  }
  expect(typeStripper.fuel).toBeGreaterThan(0);
  expect(typeStripper.fuel).toBeLessThanOrEqual(1_000_000 + 60 * code.length);
  expect(prepareCode("return 1 as number", typeStripper).text).toContain("return 1 ");
  return outcome;
};

describe("hostile code", () => {
  it.each(Object.entries(families))("ends within its fuel: %s", (_name, family) => {
    for (const size of [50, 2_000, cap]) {
      expect(outcomeOf(family(size).slice(0, cap))).toMatch(
        /^(prepared|SyntaxError|CodeTooComplex|RangeError)$/,
      );
    }
  });

  it("ends within its fuel: any mixture of these", () => {
    const part = fc.tuple(fc.constantFrom(...Object.values(families)), fc.nat(2_000));
    const mixture = fc.array(part, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(mixture, fc.constantFrom("", "\n", ";", "("), (parts, between) => {
        outcomeOf(parts.map(([family, size]) => family(size)).join(between));
      }),
      { numRuns: 100 },
    );
  });

  it("is told apart by how it ends", () => {
    expect(outcomeOf(families["angle bracket casts"]?.(400) ?? "")).toBe("CodeTooComplex");
    expect(outcomeOf("(".repeat(20_000) + ")".repeat(20_000))).toBe("RangeError");
    expect(outcomeOf("{".repeat(300) + "}".repeat(300))).toBe("CodeTooComplex");
    expect(outcomeOf("(")).toBe("SyntaxError");
    expect(outcomeOf(`"1"${" ;".repeat(20_000)} x`)).toBe("prepared");
  });
});

describe("ordinary code", () => {
  it("needs a third of its fuel at most", () => {
    const lines = [
      "const found: Array<{ id: string }> = await tools.a.search({ query: `of ${name}` as string });",
      "for (const { id } of found) if (id !== '') results.push(await tools.a.get<Item>({ id }));",
      "function add(this: void, a?: number): number { return (a ?? 0) + 1 }",
      "type Row = { [K in keyof Item]?: Item[K] extends string ? K : never } & { id: string };",
    ];
    for (const size of [1, 10, 300]) {
      const code = Array.from({ length: size }, () => `{ ${lines.join("\n")} }`).join("\n");
      prepareCode(`const results = [];\n${code}\nreturn results`, typeStripper);
      expect(typeStripper.fuel).toBeGreaterThan(((1_000_000 + 60 * code.length) * 2) / 3);
    }
  });
});
