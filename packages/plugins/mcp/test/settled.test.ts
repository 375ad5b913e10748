import { describe, expect, it } from "@effect/vitest";
import { Clock, Effect, Fiber, Queue, Stream, TestClock } from "effect";
import { settled } from "../src/settled.ts";

/** How many events there are of changes at these milliseconds, within a minute. */
const eventsOf = (changes: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const queue = yield* Queue.unbounded<number>();
    const at: Array<number> = [];
    const start = yield* Clock.currentTimeMillis;
    const fiber = yield* settled(Queue.take(queue)).pipe(
      Stream.tap(() =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          at.push(now - start);
        }),
      ),
      Stream.runCollect,
      Effect.fork,
    );
    let now = 0;
    for (const change of changes) {
      yield* TestClock.adjust(change - now);
      now = change;
      yield* Queue.offer(queue, change);
      yield* Effect.yieldNow();
    }
    yield* TestClock.adjust(60_000);
    yield* Fiber.interrupt(fiber);
    return at;
  });

describe("settled", () => {
  it.effect("gives one event for changes that come to rest", () =>
    Effect.gen(function* () {
      expect(yield* eventsOf([0, 100, 200, 10_000])).toEqual([500, 10_300]);
    }),
  );

  it.effect("gives one every few seconds for changes that never rest", () =>
    Effect.gen(function* () {
      const every50 = Array.from({ length: 201 }, (_, index) => index * 50);
      const events = yield* eventsOf(every50);
      expect(events.length).toBeGreaterThanOrEqual(3);
      expect(events.length).toBeLessThanOrEqual(5);
    }),
  );
});
