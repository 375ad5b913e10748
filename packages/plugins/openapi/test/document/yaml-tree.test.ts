import { describe, expect, it } from "@effect/vitest";
import { runSteps } from "@executor/plugin-kit";
import { Effect, Either } from "effect";
import { readTree } from "../../src/document/yaml-tree.ts";

const levels = (count: number, inner: unknown): unknown => {
  let value = inner;
  for (let level = 0; level < count; level += 1) value = { a: value };
  return value;
};

const reads = (value: unknown) => Effect.map(runSteps(readTree(value)), Either.isRight);

describe("a tree that YAML was read as", () => {
  it.effect("may repeat values, as long as all of them together are few enough", () =>
    Effect.gen(function* () {
      const repeated = { list: [1, 2, 3] };
      expect(yield* reads([repeated, { again: repeated }, null, "text"])).toBe(true);
      let bomb: unknown = Array.from({ length: 100 }, () => 1);
      for (let level = 0; level < 3; level += 1) bomb = [bomb, ...Array(99).fill(bomb)];
      expect(yield* reads(bomb)).toBe(false);
    }),
  );

  it.effect("is nested at most 500 levels, however its aliases are put together", () =>
    Effect.gen(function* () {
      expect(yield* reads(levels(499, 1))).toBe(true);
      expect(yield* reads(levels(501, 1))).toBe(false);
      const inner = levels(300, 1);
      const outer = levels(300, inner);
      expect(yield* reads([inner, inner])).toBe(true);
      expect(yield* reads([inner, outer])).toBe(false);
    }),
  );

  it.effect("has no cycles and no numbers that JSON has not", () =>
    Effect.gen(function* () {
      const cycle: Array<unknown> = [];
      cycle.push({ cycle });
      expect(yield* reads(cycle)).toBe(false);
      expect(yield* reads([cycle, Number.NaN])).toBe(false);
      expect(yield* reads({ a: [Number.POSITIVE_INFINITY] })).toBe(false);
    }),
  );
});
