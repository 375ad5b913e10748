import { describe, expect, it } from "@effect/vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { Deadline } from "../../src/connections/deadline.ts";

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
    await sleep(60);
    expect(expired()).toBe(1);
  });

  it("stands still while people are asked, until the last has answered", async () => {
    const { deadline, expired } = counting(40);
    await Promise.all([deadline.without(() => sleep(100)), deadline.without(() => sleep(200))]);
    expect(expired()).toBe(0);
    await sleep(100);
    expect(expired()).toBe(1);
  });

  it("stands still for whom an answer fails, and goes on then", async () => {
    const { deadline, expired } = counting(40);
    const asking = deadline.without(async () => {
      await sleep(100);
      throw new Error("nobody");
    });
    await expect(asking).rejects.toThrow("nobody");
    expect(expired()).toBe(0);
    await sleep(100);
    expect(expired()).toBe(1);
  });

  it("is moved by progress, but not for ever", async () => {
    const { deadline, expired } = counting(60);
    for (let step = 0; step < 6; step += 1) {
      await sleep(30);
      deadline.restart();
    }
    expect(expired()).toBe(0);
    for (let step = 0; step < 24; step += 1) {
      await sleep(30);
      deadline.restart();
    }
    expect(expired()).toBeGreaterThan(0);
  });

  it("never expires once it is stopped, and tells its own time then", async () => {
    const { deadline, expired } = counting(100);
    await deadline.without(() => sleep(150));
    await sleep(20);
    const elapsed = deadline.stop();
    deadline.restart();
    await sleep(150);
    expect(expired()).toBe(0);
    expect(elapsed).toBeLessThan(150);
    expect(deadline.stop()).toBe(elapsed);
  });
});
