import { describe, expect, it } from "@effect/vitest";
import { Owner, Turns } from "../src/host/turns.ts";

/** Takes turns for its owner, as a run that computes without end does, until all together have taken `total`. */
const takeTurns = async (turns: Turns, taken: Array<Owner>, owner: Owner, total: number) => {
  while (taken.length < total) {
    await turns.wait(owner, () => taken.length >= total);
    if (taken.length >= total) return;
    taken.push(owner);
    owner.computedMs += 10;
  }
};

const countOf = (taken: ReadonlyArray<Owner>, owner: Owner): number =>
  taken.filter((one) => one === owner).length;

describe("Turns", () => {
  it("are shared among owners, however many runs each has", async () => {
    const turns = new Turns();
    const greedy = new Owner();
    const small = new Owner();
    const taken: Array<Owner> = [];
    const owners = [greedy, greedy, greedy, greedy, small];
    await Promise.all(owners.map((owner) => takeTurns(turns, taken, owner, 100)));
    expect(Math.abs(countOf(taken, greedy) - countOf(taken, small))).toBeLessThanOrEqual(2);
    expect(turns.isFree).toBe(true);
  });

  it("go around among the runs of one owner", async () => {
    const turns = new Turns();
    const owner = new Owner();
    const order: Array<number> = [];
    await Promise.all(
      [0, 1, 2].map(async (run) => {
        for (let turn = 0; turn < 10; turn++) {
          await turns.wait(owner, () => false);
          order.push(run);
        }
      }),
    );
    expect(order).toEqual(Array.from({ length: 30 }, (_, at) => at % 3));
  });

  it.each([
    ["does not make up for its absence", 0],
    ["owes nothing for what it computed while nobody waited", 9_000],
  ])("come soon to an owner that comes anew, which %s", async (_, computedMs) => {
    const turns = new Turns();
    const old = new Owner();
    old.computedMs = 5_000;
    const taken: Array<Owner> = [];
    const busy = [1, 2, 3].map(() => takeTurns(turns, taken, old, 60));
    while (taken.length < 20) await new Promise((resume) => setTimeout(resume));
    const fresh = new Owner();
    fresh.computedMs = computedMs;
    const before = taken.length;
    await Promise.all([...busy, takeTurns(turns, taken, fresh, 60)]);
    expect(taken.slice(before, before + 6)).toContain(fresh);
    const both = taken.slice(taken.indexOf(fresh));
    expect(Math.abs(countOf(both, old) - countOf(both, fresh))).toBeLessThanOrEqual(2);
  });

  it("leave a turn of the event loop between two slices", async () => {
    const turns = new Turns();
    let loops = 0;
    const timer = setInterval(() => loops++);
    const taken: Array<Owner> = [];
    const owner = new Owner();
    await Promise.all([1, 2, 3, 4].map(() => takeTurns(turns, taken, owner, 50)));
    clearInterval(timer);
    expect(loops).toBeGreaterThan(10);
  });

  it("end at once for a run that is stopped", async () => {
    const turns = new Turns();
    const before = turns.wait(new Owner(), () => false);
    await turns.wait(new Owner(), () => true);
    await before;
    expect(turns.isFree).toBe(true);
  });
});
