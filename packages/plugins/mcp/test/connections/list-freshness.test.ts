import { afterEach, beforeEach, describe, expect, it, vi } from "@effect/vitest";
import { ListFreshness } from "../../src/connections/list-freshness.ts";

describe("ListFreshness", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const stale = (ttlMs: number | null, isTold: boolean, usedAfterMs: ReadonlyArray<number>) => {
    let count = 0;
    const freshness = new ListFreshness(isTold, () => {
      count += 1;
    });
    freshness.read({ ttlMs });
    for (const ms of usedAfterMs) {
      vi.advanceTimersByTime(ms);
      freshness.use();
    }
    return count;
  };

  it.each<[number | null, boolean, ReadonlyArray<number>, number]>([
    [300_000, false, [1_000, 298_000], 0],
    [300_000, false, [300_001], 1],
    [300_000, false, [300_001, 1, 400_000], 1],
    [0, false, [1_000], 0],
    [0, false, [60_001], 1],
    [300_000, true, [300_001], 0],
    [null, false, [10_000_000], 0],
  ])(
    "a list for %j ms (told of changes: %j), used after %j, is stale %i times",
    (ttlMs, isTold, after, times) => {
      expect(stale(ttlMs, isTold, after)).toBe(times);
    },
  );
});
