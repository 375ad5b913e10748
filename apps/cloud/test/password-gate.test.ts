import { afterEach, beforeEach, describe, expect, it, vi } from "@effect/vitest";
import { PasswordGate } from "../src/auth/password-gate.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Hashes that take a second, with the order in which they began, and the most at once. */
const slowHashes = (gate: PasswordGate) => {
  const begun: Array<number> = [];
  let [running, most] = [0, 0];
  const hash = (id: number): Promise<string> =>
    gate.run(async () => {
      begun.push(id);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => {
        setTimeout(resolve, 1_000);
      });
      running -= 1;
      return `hash ${id}`;
    });
  return { hash, begun, most: () => most };
};

const settled = async (hashes: ReadonlyArray<Promise<string>>) => {
  const all = Promise.allSettled(hashes);
  await vi.advanceTimersByTimeAsync(60_000);
  return all;
};

describe("PasswordGate", () => {
  it("lets one after the other hash, eight wait, and refuses more", async () => {
    const { begun, hash, most } = slowHashes(new PasswordGate());
    const outcomes = await settled(Array.from({ length: 12 }, (_, id) => hash(id)));
    expect([begun, most()]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8], 1]);
    const refused = {
      status: "rejected",
      reason: { statusCode: 503, body: { _tag: "SignInBusy" }, headers: { "retry-after": "2" } },
    };
    expect(outcomes.slice(9)).toMatchObject([refused, refused, refused]);
    expect(outcomes.slice(0, 9).every(({ status }) => status === "fulfilled")).toBe(true);
  });

  it("gives the process a turn between two hashes", async () => {
    const gate = new PasswordGate();
    const order: Array<string> = [];
    const answerOthers = () => {
      order.push("other");
      if (order.length < 900) setTimeout(answerOthers, 1);
    };
    setTimeout(answerOthers, 0);
    const hash = () => gate.run(() => Promise.resolve(order.push("hash")));
    void Promise.all([hash(), hash(), hash()]);
    await vi.advanceTimersByTimeAsync(1_000);
    const places = order.flatMap((what, place) => (what === "hash" ? [place] : []));
    expect(places).toHaveLength(3);
    const [first = 0, second = 0, third = 0] = places;
    expect([second - first > 1, third - second > 1]).toEqual([true, true]);
  });

  it("rests between two hashes, and delays no answer by that", async () => {
    const gate = new PasswordGate();
    const times: Array<readonly [what: string, at: number]> = [];
    const start = Date.now();
    const hash = async (): Promise<void> => {
      await gate.run(async () => {
        times.push(["begun", Date.now() - start]);
      });
      times.push(["answered", Date.now() - start]);
    };
    void Promise.all([hash(), hash()]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(times).toEqual([
      ["begun", 0],
      ["answered", 10],
      ["begun", 210],
      ["answered", 220],
    ]);
  });

  it("lets the next hash after one that failed", async () => {
    const gate = new PasswordGate();
    const failing = gate.run(() => Promise.reject(new Error("no")));
    const [first, second] = await settled([failing, slowHashes(gate).hash(1)]);
    expect([first?.status, second?.status]).toEqual(["rejected", "fulfilled"]);
  });

  it("forgets requests that the platform ended, hashing or waiting", async () => {
    const gate = new PasswordGate();
    const { begun, hash } = slowHashes(gate);
    void gate.run(() => new Promise(() => {}));
    for (let id = 0; id < 8; id += 1) void hash(id);
    // The timers of all nine end with their requests.
    vi.clearAllTimers();
    await expect(hash(8)).rejects.toMatchObject({ statusCode: 503 });
    vi.setSystemTime(Date.now() + 11_000);
    const [outcome] = await settled([hash(9)]);
    expect([outcome?.status, begun]).toEqual(["fulfilled", [9]]);
  });
});
