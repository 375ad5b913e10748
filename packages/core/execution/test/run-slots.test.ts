import { describe, expect, it } from "@effect/vitest";
import { Effect, Exit, Fiber } from "effect";
import { defaultLimits } from "../src/limits.ts";
import { RunSlots } from "../src/run/run-slots.ts";

const oneSlot = () => new RunSlots({ ...defaultLimits, maxRunning: 1, maxWaiting: 1 });

/** The fewest operations between two yields with which Effect starts a fiber. */
const fewestOperations = 10;

/** Acquires a slot and ends it, uninterruptibly once it is acquired. */
const visit = (slots: RunSlots) =>
  Effect.uninterruptible(Effect.map(slots.acquire, (slot) => slot.end()));

describe("RunSlots", () => {
  it.live("lose no slot to an interruption at any step", () =>
    Effect.gen(function* () {
      const slots = oneSlot();
      let interrupted = 0;
      for (let steps = 0; steps < 40; steps++) {
        const fiber = yield* Effect.fork(
          Effect.withMaxOpsBeforeYield(visit(slots), fewestOperations),
        );
        for (let step = 0; step < steps; step++) yield* Effect.yieldNow();
        if (Exit.isFailure(yield* Fiber.interrupt(fiber))) interrupted++;
        yield* Effect.timeout(visit(slots), "10 seconds");
      }
      expect(interrupted).toBeGreaterThan(2);
    }),
  );

  it.live("neither serve nor count executions that stopped waiting", () =>
    Effect.gen(function* () {
      const slots = oneSlot();
      const first = yield* slots.acquire;
      for (let round = 0; round < 3; round++) {
        const waiting = yield* Effect.fork(visit(slots));
        yield* Effect.sleep("5 millis");
        yield* Fiber.interrupt(waiting);
      }
      const next = yield* Effect.fork(visit(slots));
      first.end();
      yield* Effect.timeout(Fiber.join(next), "10 seconds");
    }),
  );
});
