import { Context, Effect } from "effect";

/**
 * The wall clock of the run that the current tool call belongs to. Outside a run it does nothing.
 */
export class WallClock extends Context.Reference<WallClock>()("@executor/kernel/WallClock", {
  defaultValue: (): {
    /** Stops the clock until `resume` was called as often. */
    readonly pause: Effect.Effect<void>;
    readonly resume: Effect.Effect<void>;
  } => ({ pause: Effect.void, resume: Effect.void }),
}) {}

/**
 * Runs `wait` with the run's wall clock stopped: for waiting on a person, which must not count against the code. Only
 * inside `callTool`.
 */
export const whileClockStops = <A, E, R>(wait: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(WallClock, (clock) =>
    Effect.acquireUseRelease(
      clock.pause,
      () => wait,
      () => clock.resume,
    ),
  );
