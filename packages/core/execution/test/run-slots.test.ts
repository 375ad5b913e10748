import { describe, expect, it } from "@effect/vitest";
import { Effect, Exit, Fiber } from "effect";
import { defaultLimits } from "../src/limits.ts";
import { Places } from "../src/run/run-slots.ts";

const onePlace = () => new Places({ ...defaultLimits, maxRunning: 1, maxWaiting: 1 });

/** Fewer operations between two yields than this, and Effect begins no fiber. */
const fewestOperations = 10;

/** Enters and leaves again, whatever interrupts it once it is in. */
const visit = (places: Places) =>
  Effect.uninterruptible(Effect.map(places.enter, (place) => place.leave()));

describe("Places", () => {
  it.live("lose nothing to interruption, at whatever step it comes", () =>
    Effect.gen(function* () {
      const places = onePlace();
      let interrupted = 0;
      for (let steps = 0; steps < 40; steps++) {
        const fiber = yield* Effect.fork(
          Effect.withMaxOpsBeforeYield(visit(places), fewestOperations),
        );
        for (let step = 0; step < steps; step++) yield* Effect.yieldNow();
        if (Exit.isFailure(yield* Fiber.interrupt(fiber))) interrupted++;
        yield* Effect.timeout(visit(places), "1 second");
      }
      expect(interrupted).toBeGreaterThan(2);
    }),
  );

  it.live("are not taken by those who stopped waiting, nor counted for them", () =>
    Effect.gen(function* () {
      const places = onePlace();
      const first = yield* places.enter;
      for (let round = 0; round < 3; round++) {
        const waiting = yield* Effect.fork(visit(places));
        yield* Effect.sleep("5 millis");
        yield* Fiber.interrupt(waiting);
      }
      const next = yield* Effect.fork(visit(places));
      first.leave();
      yield* Effect.timeout(Fiber.join(next), "1 second");
    }),
  );
});
