import { Array as Arr, Effect } from "effect";

const chunkSize = 20;

/**
 * Handles a large source's items in chunks, with a turn of the event loop after each. Yielding to other fibers alone would
 * keep timers and requests waiting.
 */
export const inChunks = <A, E, R>(
  items: Iterable<A>,
  handle: (chunk: ReadonlyArray<A>) => Effect.Effect<unknown, E, R>,
): Effect.Effect<void, E, R> =>
  Effect.forEach(
    Arr.chunksOf(items, chunkSize),
    (chunk) => Effect.zipRight(handle(chunk), Effect.sleep(0)),
    { discard: true },
  );
