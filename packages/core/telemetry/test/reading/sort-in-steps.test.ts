import { describe, expect, it } from "@effect/vitest";
import { atOnce, sortInSteps } from "../../src/reading/index.ts";

interface Item {
  readonly key: number;
  readonly place: number;
}

const byKey = (left: Item, right: Item): number => left.key - right.key;

describe("sortInSteps", () => {
  for (const size of [0, 1, 1_023, 1_024, 1_025, 5_000]) {
    it(`sorts ${size} items as toSorted does, equal ones in their order`, () => {
      const items = Array.from({ length: size }, (_, place) => ({
        key: (place * 7_919) % 613,
        place,
      }));
      expect(atOnce(sortInSteps(items, byKey))).toEqual(items.toSorted(byKey));
    });
  }

  it("yields every thousand items or so, when it merges too", () => {
    const items = Array.from({ length: 8_192 }, (_, place) => ({ key: -place, place }));
    expect([...sortInSteps(items, byKey)].length).toBeGreaterThan(24);
  });
});
