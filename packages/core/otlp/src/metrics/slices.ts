import { Effect } from "effect";

/** For how many milliseconds the event loop is held at a time. */
const sliceMillis = 4;

/**
 * Runs a generator until it gives a value that is not `undefined`, or ends, which gives `undefined`. Each `undefined` on the
 * way is a place where the event loop may go on, and does every few milliseconds.
 */
export const nextOf = <A>(
  steps: Iterator<A | undefined, unknown>,
): Effect.Effect<A | undefined> => {
  const next: Effect.Effect<A | undefined> = Effect.suspend(() => {
    const end = performance.now() + sliceMillis;
    for (;;) {
      const { done, value } = steps.next();
      if (done === true || value !== undefined) {
        return Effect.succeed(done === true ? undefined : value);
      }
      if (performance.now() >= end) return Effect.zipRight(eventLoopTurn, next);
    }
  });
  return next;
};

/** Lets timers, sockets and other fibers go on. */
export const eventLoopTurn = Effect.async<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void));
  return Effect.sync(() => clearImmediate(immediate));
});
