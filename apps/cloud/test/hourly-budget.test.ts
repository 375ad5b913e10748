import { describe, expect, it, vi } from "@effect/vitest";
import { HourlyBudget } from "../src/organization/hourly-budget.ts";

const hourMs = 3_600_000;

/** The part of an object's storage that the budget uses. */
const makeStorage = () => {
  const entries = new Map<string, unknown>();
  let writes = 0;
  const storage = {
    get: async (key: string): Promise<unknown> => entries.get(key),
    put: async (key: string, value: unknown): Promise<void> => {
      writes++;
      entries.set(key, value);
    },
  };
  return { storage, writes: () => writes };
};

describe("HourlyBudget", () => {
  it("is used up by so many seconds, and says how long that lasts", async () => {
    const budget = await HourlyBudget.load(makeStorage().storage, 2);
    budget.spend(1_999);
    expect(budget.retryAfterSeconds()).toBe(0);
    budget.spend(1);
    const seconds = budget.retryAfterSeconds();
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThanOrEqual(3_600);
  });

  it("survives its object, written once for each second of computing", async () => {
    const { storage, writes } = makeStorage();
    const budget = await HourlyBudget.load(storage, 10);
    for (let slice = 0; slice < 1_000; slice++) budget.spend(10);
    expect(writes()).toBe(10);
    expect((await HourlyBudget.load(storage, 10)).retryAfterSeconds()).toBeGreaterThan(0);
    expect((await HourlyBudget.load(storage, 11)).retryAfterSeconds()).toBe(0);
    const small = makeStorage();
    (await HourlyBudget.load(small.storage, 1)).spend(1_000);
    expect((await HourlyBudget.load(small.storage, 1)).retryAfterSeconds()).toBeGreaterThan(0);
  });

  it("begins anew after an hour", async () => {
    const { storage } = makeStorage();
    await storage.put("computing", { beganAt: Date.now() - hourMs + 5_000, spentMs: 9_000 });
    expect((await HourlyBudget.load(storage, 9)).retryAfterSeconds()).toBeLessThanOrEqual(5);
    await storage.put("computing", { beganAt: Date.now() - hourMs, spentMs: 9_000 });
    const budget = await HourlyBudget.load(storage, 9);
    expect(budget.retryAfterSeconds()).toBe(0);
    budget.spend(9_000);
    expect(budget.retryAfterSeconds()).toBeGreaterThan(3_500);
  });

  it("begins with the first execution, and not when the object starts", async () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
    try {
      const budget = await HourlyBudget.load(makeStorage().storage, 9);
      vi.setSystemTime(Date.now() + hourMs - 5_000);
      budget.spend(9_000);
      expect(budget.retryAfterSeconds()).toBe(3_600);
    } finally {
      vi.useRealTimers();
    }
  });

  it("begins anew where the storage holds something else", async () => {
    const { storage } = makeStorage();
    await storage.put("computing", "nonsense");
    expect((await HourlyBudget.load(storage, 1)).retryAfterSeconds()).toBe(0);
  });
});
