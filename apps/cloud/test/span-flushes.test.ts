import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { SpanFlushes } from "../src/telemetry/span-flushes.ts";

/** Spans in a queue that a receiver takes or not. */
const start = (count: number) => {
  let waiting = count;
  let takes = false;
  let exports = 0;
  let open = Promise.resolve();
  const flush = Effect.promise(async () => {
    exports += 1;
    await open;
    if (takes) waiting = 0;
  });
  const flushes = new SpanFlushes({ delayMillis: 20, flush, waiting: () => waiting }, (effect) =>
    Effect.runPromise(effect),
  );
  return {
    flushes,
    exports: () => exports,
    add: () => {
      waiting += 1;
    },
    takeFrom: (next: boolean) => {
      takes = next;
    },
    hang: (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      open = promise;
      return resolve;
    },
  };
};

const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds);
  });

describe("flushes of spans", () => {
  it("do nothing where no span waits", () => {
    const { exports, flushes } = start(0);
    flushes.later(() => expect.unreachable());
    expect(flushes.start()).toBeUndefined();
    expect([exports(), flushes.wantsRetry]).toEqual([0, false]);
  });

  it("run one at a time, however many are started", async () => {
    const { exports, flushes, hang, takeFrom } = start(1);
    const answer = hang();
    takeFrom(true);
    const first = flushes.start();
    expect([flushes.start(), flushes.start()]).toEqual([undefined, undefined]);
    answer();
    await first;
    expect(exports()).toBe(1);
  });

  it("want five alarms for a receiver that takes nothing, and new ones once it has taken all", async () => {
    const { add, flushes, takeFrom } = start(1);
    const wanted: Array<boolean> = [];
    for (let index = 0; index < 7; index += 1) {
      await flushes.start();
      wanted.push(flushes.wantsRetry);
    }
    expect(wanted).toEqual([true, true, true, true, true, false, false]);
    takeFrom(true);
    await flushes.start();
    expect(flushes.wantsRetry).toBe(false);
    takeFrom(false);
    add();
    await flushes.start();
    expect(flushes.wantsRetry).toBe(true);
  });

  it("come once after a delay, and not where they came before", async () => {
    const { flushes, takeFrom } = start(1);
    let calls = 0;
    const call = () => {
      calls += 1;
      void flushes.start();
    };
    flushes.later(call);
    flushes.later(call);
    await sleep(60);
    expect(calls).toBe(1);
    flushes.later(call);
    takeFrom(true);
    await flushes.start();
    await sleep(60);
    expect(calls).toBe(1);
  });
});
