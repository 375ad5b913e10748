import { Cache, Cause, Duration, Effect } from "effect";

export interface CacheOptions<Key, Value, Error, Context> {
  /** Values that are kept. Beyond that, the one that was read longest ago is dropped. */
  readonly capacity: number;
  /** Number of changes so far to what the values are read from; 0 forever where values cannot change. */
  readonly version?: () => number;
  /** Reads the value of a key. Keys are told apart by Effect's `Equal`: texts by value, plain objects by identity. */
  readonly lookup: (key: Key) => Effect.Effect<Value, Error, Context>;
}

/**
 * Values that are kept after they were read once. A value that was read before a change, even in part, is not given after
 * it. Simultaneous readers of one key share one lookup. A typed failure is kept like a value; a defect is not.
 *
 * ```ts
 * import { Effect } from "effect";
 * import { makeCache } from "@executor/sdk";
 *
 * const sizes = Effect.runSync(makeCache({ capacity: 10, lookup: (text: string) => Effect.succeed(text.length) }));
 * Effect.runSync(sizes("four")); // 4
 * ```
 */
export const makeCache = <Key, Value, Error = never, Context = never>({
  capacity,
  version = () => 0,
  lookup,
}: CacheOptions<Key, Value, Error, Context>): Effect.Effect<
  (key: Key) => Effect.Effect<Value, Error>,
  never,
  Context
> =>
  Effect.map(Effect.context<Context>(), (context) => {
    const makeEmpty = Cache.make({
      capacity,
      timeToLive: Duration.infinity,
      lookup: (key: Key) => Effect.provide(Effect.either(lookup(key)), context),
    });
    type Kept = Effect.Effect.Success<typeof makeEmpty>;
    let kept: { readonly version: number; readonly cache: Kept } | undefined;

    /** A new cache after each change: a lookup that is still under way writes its value into the old one. */
    const renew = Effect.map(makeEmpty, (cache) => {
      kept = { version: version(), cache };
      return cache;
    });

    const read = (cache: Kept, key: Key): Effect.Effect<Value, Error> =>
      Effect.matchCauseEffect(cache.get(key), {
        onSuccess: (value) => value,
        onFailure: (cause) => {
          // Another reader, whose lookup this one waited for, was interrupted.
          if (Cause.isInterruptedOnly(cause)) return get(key);
          if (kept?.cache === cache) kept = undefined;
          return Effect.failCause(cause);
        },
      });

    const get = (key: Key): Effect.Effect<Value, Error> =>
      Effect.suspend(() =>
        kept?.version === version()
          ? read(kept.cache, key)
          : Effect.flatMap(renew, (cache) => read(cache, key)),
      );
    return get;
  });
