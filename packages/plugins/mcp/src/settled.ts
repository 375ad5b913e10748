import { Effect, Stream } from "effect";

/** Milliseconds without further changes before changes of tools are reported: servers often change tools one by one. */
const quietMs = 300;

/** Milliseconds after which changes are reported while they go on. */
const maxWaitMs = 3_000;

/** One event in place of several that follow each other closely: when they have come to rest, or every few seconds. `next` waits for one. */
export const settled = (next: Effect.Effect<unknown>): Stream.Stream<void> => {
  const untilRest = Effect.forever(
    Effect.timeoutFail(next, { duration: quietMs, onTimeout: () => "at rest" }),
  );
  const settling = Effect.ignore(Effect.timeoutOption(untilRest, maxWaitMs));
  return Stream.repeatEffect(Effect.zipRight(next, settling));
};
