import { afterEach, beforeEach, describe, expect, it, vi } from "@effect/vitest";
import { Slices } from "../src/host/slices.ts";

/** The clock of a platform where it stands still while code computes. */
let now = 0;
beforeEach(() => {
  now = 1_000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** Computes one slice and returns its number of checks; the clock moves on afterwards, by a pause too. */
const computeSlice = (slices: Slices, msPerCheck: number, pauseMs = 0): number => {
  let checks = 0;
  slices.begin();
  while (!slices.isOver) {
    slices.check();
    checks++;
  }
  slices.end(true);
  now += checks * msPerCheck + pauseMs;
  slices.measure();
  return checks;
};

const computeSlices = (slices: Slices, count: number, msPerCheck: number): number => {
  let checks = 0;
  for (let slice = 0; slice < count; slice++) checks = computeSlice(slices, msPerCheck);
  return checks;
};

describe("Slices", () => {
  it.each([0.05, 0.1, 0.5, 2])("learn how many checks of %s ms make 5 ms", (msPerCheck) => {
    const checks = computeSlices(new Slices(() => {}), 20, msPerCheck);
    expect(Math.abs(checks - 5 / msPerCheck)).toBeLessThanOrEqual(1);
  });

  it("have their length again soon after the thread paused", () => {
    const slices = new Slices(() => {});
    computeSlices(slices, 20, 0.1);
    for (let pause = 0; pause < 5; pause++) computeSlice(slices, 0.1, 10_000);
    expect(computeSlices(slices, 20, 0.1)).toBeGreaterThan(45);
  });

  it("have their length again soon after a pause while the code computed and the clock ran", () => {
    const slices = new Slices(() => {});
    computeSlices(slices, 20, 0.1);
    slices.begin();
    while (!slices.isOver) slices.check();
    now += 10_000;
    slices.end(true);
    slices.measure();
    expect(computeSlices(slices, 6, 0.1)).toBeGreaterThan(40);
  });

  it("charge no more than a few times what was expected", () => {
    let charged = 0;
    const slices = new Slices((milliseconds) => {
      charged += milliseconds;
    });
    computeSlice(slices, 0.5, 10_000);
    expect(charged).toBe(20);
    expect(slices.computedMs).toBe(20);
  });

  it("end after many short turns too, each of which only waits afterwards", () => {
    const slices = new Slices(() => {});
    let turns = 0;
    while (!slices.isOver) {
      slices.begin();
      slices.check();
      slices.end(false);
      turns++;
    }
    expect(turns).toBe(10);
  });
});
