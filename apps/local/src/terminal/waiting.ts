import { Console, Duration, Effect } from "effect";

const patience = Duration.seconds(3);
const interval = Duration.seconds(15);

/** Tells on standard error that a command waits and what for, where that takes long. */
export const tellingWait =
  (what: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.raceFirst(
      work,
      Effect.gen(function* () {
        yield* Effect.sleep(patience);
        yield* Console.error(`Waiting for ${what}`);
        for (let waited = patience; ; waited = Duration.sum(waited, interval)) {
          yield* Effect.sleep(interval);
          const seconds = Duration.toSeconds(Duration.sum(waited, interval));
          yield* Console.error(`Still waiting, for ${seconds} s. Ctrl-C gives up.`);
        }
      }),
    );
