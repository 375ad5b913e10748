import { Effect } from "effect";

/** Milliseconds for which long work holds the event loop at a time. */
const sliceMillis = 4;

/** One turn of the event loop: timers, sockets and other fibers go on. */
export const eventLoopTurn: Effect.Effect<void> = Effect.async<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void));
  return Effect.sync(() => clearImmediate(immediate));
});

/**
 * Runs a generator up to the next value that it gives, or to its end. Each `undefined` on the way is a place to pause, and the
 * event loop gets a turn every few milliseconds.
 */
export const nextInSlices = <A, R>(
  steps: Iterator<A | undefined | void, R>,
): Effect.Effect<IteratorYieldResult<A> | IteratorReturnResult<R>> => {
  const next: Effect.Effect<IteratorYieldResult<A> | IteratorReturnResult<R>> = Effect.suspend(
    () => {
      const end = performance.now() + sliceMillis;
      for (;;) {
        const result = steps.next();
        if (result.done === true) return Effect.succeed(result);
        const { value } = result;
        if (value !== undefined) return Effect.succeed({ done: false, value });
        if (performance.now() >= end) return Effect.zipRight(eventLoopTurn, next);
      }
    },
  );
  return next;
};

/** Runs a generator to its end and gives what it returns; the event loop gets a turn every few milliseconds. */
export const inSlices = <A>(make: () => Generator<void, A>): Effect.Effect<A> =>
  Effect.suspend(() => {
    const steps = make();
    const next: Effect.Effect<A> = Effect.flatMap(nextInSlices<never, A>(steps), (result) =>
      result.done === true ? Effect.succeed(result.value) : next,
    );
    return next;
  });

/** Runs a generator to its end without a pause. */
export const atOnce = <A>(steps: Generator<void, A>): A => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
};

const run = 1024;

/** Sorts as `toSorted` does, and yields every thousand items or so. */
export function* sortInSteps<A extends object>(
  items: ReadonlyArray<A>,
  compare: (left: A, right: A) => number,
): Generator<void, ReadonlyArray<A>> {
  let sorted: Array<ReadonlyArray<A>> = [];
  for (let at = 0; at < items.length; at += run) {
    sorted.push(items.slice(at, at + run).toSorted(compare));
    yield;
  }
  while (sorted.length > 1) {
    const merged: Array<ReadonlyArray<A>> = [];
    for (let index = 0; index < sorted.length; index += 2) {
      const [left = [], right] = sorted.slice(index, index + 2);
      merged.push(right === undefined ? left : yield* mergeInSteps(left, right, compare));
    }
    sorted = merged;
  }
  return sorted[0] ?? [];
}

function* mergeInSteps<A extends object>(
  left: ReadonlyArray<A>,
  right: ReadonlyArray<A>,
  compare: (left: A, right: A) => number,
): Generator<void, ReadonlyArray<A>> {
  const merged: Array<A> = [];
  let [leftAt, rightAt] = [0, 0];
  for (;;) {
    const first = left[leftAt];
    const second = right[rightAt];
    if (first !== undefined && (second === undefined || compare(first, second) <= 0)) {
      merged.push(first);
      leftAt += 1;
    } else if (second === undefined) {
      return merged;
    } else {
      merged.push(second);
      rightAt += 1;
    }
    if (merged.length % run === 0) yield;
  }
}
