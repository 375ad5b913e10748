import { Effect, Schedule } from "effect";

/** Asks every 10 ms until the answer is yes; fails after ten seconds. */
export const until = (what: string, probe: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (probe() ? Effect.void : Effect.fail("not yet"))).pipe(
    Effect.retry(Schedule.spaced("10 millis")),
    Effect.timeoutFail({
      duration: "10 seconds",
      onTimeout: () => new Error(`It is still not so that ${what}.`),
    }),
    Effect.orDie,
  );
