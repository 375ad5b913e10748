import { Context, Effect } from "effect";

/** Wall clock of the run that the current tool call belongs to. Outside a run, pausing it has no effect. */
export class WallClock extends Context.Reference<WallClock>()("@executor/kernel/WallClock", {
  defaultValue: (): {
    /** Pauses the clock until `resume` has been called as often as `pause`. */
    readonly pause: Effect.Effect<void>;
    readonly resume: Effect.Effect<void>;
  } => ({ pause: Effect.void, resume: Effect.void }),
}) {}

/**
 * Runs `wait` while the run's wall clock is paused, because waiting for a person must not count against the code. Only
 * inside `callTool`.
 */
export const whileClockPaused = <A, E, R>(wait: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(WallClock, (clock) =>
    Effect.acquireUseRelease(
      clock.pause,
      () => wait,
      () => clock.resume,
    ),
  );
