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
