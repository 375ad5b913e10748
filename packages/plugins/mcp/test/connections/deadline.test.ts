import { afterEach, beforeEach, describe, expect, it, vi } from "@effect/vitest";
import { Deadline } from "../../src/connections/deadline.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const counting = (timeoutMs: number) => {
  let expired = 0;
  const deadline = new Deadline(timeoutMs, () => {
    expired += 1;
  });
  return { deadline, expired: () => expired };
};

describe("a deadline", () => {
  it("expires once", async () => {
    const { expired } = counting(10);
    await pass(9);
    expect(expired()).toBe(0);
    await pass(60);
    expect(expired()).toBe(1);
  });

  it("is paused while people are asked, until the last has answered", async () => {
    const { deadline, expired } = counting(40);
    const asking = [deadline.paused(() => sleep(100)), deadline.paused(() => sleep(200))];
    await pass(200);
    await Promise.all(asking);
    expect(expired()).toBe(0);
    await pass(39);
    expect(expired()).toBe(0);
    await pass(1);
    expect(expired()).toBe(1);
  });

  it("is paused for a question that fails, and continues afterwards", async () => {
    const { deadline, expired } = counting(40);
    const asking = deadline.paused(async () => {
      await sleep(100);
      throw new Error("nobody");
    });
    await Promise.all([expect(asking).rejects.toThrow("nobody"), pass(100)]);
    expect(expired()).toBe(0);
    await pass(40);
    expect(expired()).toBe(1);
  });

  it("is restarted by progress up to ten times its length", async () => {
    const { deadline, expired } = counting(60);
    for (let step = 0; step < 19; step += 1) {
      await pass(30);
      deadline.restart();
    }
    expect(expired()).toBe(0);
    await pass(30);
    expect(expired()).toBe(1);
  });

  it("never expires after a stop, which gives the elapsed time without pauses", async () => {
    const { deadline, expired } = counting(100);
    const asking = deadline.paused(() => sleep(150));
    await pass(150);
    await asking;
    await pass(20);
    expect(deadline.stop()).toBe(20);
    deadline.restart();
    await pass(150);
    expect(expired()).toBe(0);
    expect(deadline.stop()).toBe(20);
  });
});
