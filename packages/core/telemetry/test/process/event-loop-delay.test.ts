import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { watchEventLoopDelay } from "../../src/process/event-loop-delay.ts";

const burn = (millis: number): void => {
  const end = performance.now() + millis;
  while (performance.now() < end);
};

const watch = (halfWindowMillis: number) =>
  Effect.acquireRelease(
    Effect.sync(() => watchEventLoopDelay(halfWindowMillis)),
    ({ stop }) => Effect.sync(stop),
  );

/** Blocks the event loop for 200 ms and lets the monitors see it. */
const block = Effect.gen(function* () {
  yield* Effect.sleep(50);
  burn(200);
  yield* Effect.sleep(50);
});

describe("watchEventLoopDelay", () => {
  it.scopedLive("has nothing to say before the first sample", () =>
    Effect.map(watch(1_000), ({ read }) => expect(read()).toBeUndefined()),
  );

  it.scopedLive("shows a delay to every reading within half the window", () =>
    Effect.gen(function* () {
      const { read } = yield* watch(60_000);
      yield* block;
      for (let reading = 0; reading < 3; reading += 1) expect(read()?.max).toBeGreaterThan(0.15);
    }),
  );

  it.scopedLive("shows a delay to the next reading, however late, and then forgets it", () =>
    Effect.gen(function* () {
      const { read } = yield* watch(1);
      yield* block;
      expect(read()?.max).toBeGreaterThan(0.15);
      yield* Effect.sleep(60);
      expect(read()?.max).toBeGreaterThan(0.15);
      yield* Effect.sleep(60);
      expect(read()?.max).toBeLessThan(0.15);
    }),
  );
});
