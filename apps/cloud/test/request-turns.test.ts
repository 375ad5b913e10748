import { afterEach, beforeEach, describe, expect, it, vi } from "@effect/vitest";
import fc from "fast-check";
import { isRefusal } from "../src/auth/authenticate.ts";
import { RequestTurns } from "../src/auth/request-turns.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Requests that take so long, and the times at which they began, from the first on. */
const recorder = (turns = new RequestTurns()) => {
  const start = Date.now();
  const send = (organization: string, took: number, count = 1) => {
    const began: Array<number> = [];
    const statuses = Array.from({ length: count }, () =>
      turns.run(organization, async () => {
        began.push(Date.now() - start);
        await new Promise((resolve) => setTimeout(resolve, took));
        return new Response();
      }),
    );
    return { began, statuses };
  };
  return send;
};

const hours = 3_600_000;

describe("RequestTurns", () => {
  it("lets one organization's requests begin when the one before has ended", async () => {
    const { began } = recorder()("busy", 20, 5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(began).toEqual([0, 20, 40, 60, 80]);
  });

  it("does not wait for a request that goes on for long, or for ever", async () => {
    const { began } = recorder()("busy", hours, 5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(began).toEqual([0, 50, 100, 150, 200]);
  });

  it("lets others begin at once, and holds a flood back while they are young, for a while", async () => {
    const send = recorder();
    const flood = send("busy", 10, 100);
    await vi.advanceTimersByTimeAsync(95);
    const before = flood.began.length;
    // Two others' requests, so that one of them is always young.
    const calm: Array<ReadonlyArray<number>> = [];
    for (let count = 0; count < 50; count += 1) {
      calm.push(send(`calm-${count % 2}`, 40).began);
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(calm.flat()).toEqual(Array.from({ length: 50 }, (_, at) => 95 + 20 * at));
    expect(flood.began.length - before).toBeLessThanOrEqual(11);
    expect(flood.began.length - before).toBeGreaterThanOrEqual(9);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(flood.began.length).toBe(100);
  });

  it("refuses with 429 where two hundred wait", async () => {
    const send = recorder();
    const answers = Promise.all(send("busy", 1, 203).statuses);
    const other = Promise.all(send("calm", 1).statuses);
    await vi.advanceTimersByTimeAsync(10_000);
    const refused = (await answers).filter((answer) => isRefusal(answer));
    expect(refused.length).toBe(2);
    const { response } = refused[0] ?? {};
    expect([response?.status, await response?.json()]).toMatchObject([
      429,
      { _tag: "TooManyRequests", limit: 200 },
    ]);
    expect((await other)[0]).toMatchObject({ status: 200 });
  });

  it("forgets requests that the platform ended, begun or waiting", async () => {
    const turns = new RequestTurns();
    const send = recorder(turns);
    const lost = send("busy", hours, 200);
    await vi.advanceTimersByTimeAsync(10);
    // The timers of all end with their requests.
    vi.clearAllTimers();
    vi.setSystemTime(Date.now() + 11_000);
    const { began } = send("busy", 20, 2);
    await vi.advanceTimersByTimeAsync(100);
    expect([lost.began.length, began.length]).toEqual([1, 2]);
  });

  it("lets every request begin in the order of its arrival, whatever the others take", async () => {
    const sent = fc.record({
      organization: fc.constantFrom("a", "b", "c"),
      took: fc.nat({ max: 200 }),
      // Mostly shorter than a request is young, so that several wait, and look at different times.
      pause: fc.nat({ max: 12 }),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { maxLength: 40 }), async (requests) => {
        const turns = new RequestTurns();
        const began: Record<string, Array<number>> = { a: [], b: [], c: [] };
        for (const [at, { fails, organization, pause, took }] of requests.entries()) {
          const answer = async () => {
            began[organization]?.push(at);
            await new Promise((resolve) => setTimeout(resolve, took));
            if (fails) throw new Error("The object stopped.");
            return new Response();
          };
          turns.run(organization, answer).catch(() => {});
          await vi.advanceTimersByTimeAsync(pause);
        }
        await vi.advanceTimersByTimeAsync(40 * 200);
        const expected: typeof began = { a: [], b: [], c: [] };
        for (const [at, { organization }] of requests.entries()) expected[organization]?.push(at);
        expect(began).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
