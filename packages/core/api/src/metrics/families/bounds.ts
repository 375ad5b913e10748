/** How the buckets or quantiles that a metric records become those that are written. */
export interface Selection {
  /** What was recorded, to recognise it again. */
  readonly recorded: ReadonlyArray<number>;
  /** What is written. */
  readonly written: ReadonlyArray<number>;
  /** For each written one, where it is among the recorded; `-1` for a `+Inf` that was not recorded. */
  readonly sources: ReadonlyArray<number>;
  /** Whether some were left out, being no numbers, out of order or out of range. */
  readonly repaired: boolean;
}

/**
 * Bounds, divided by `divisor`, strictly increasing and with `+Inf` last. Effect's own end in `+Inf`; a state made by other
 * means may lack it.
 */
const selectBounds = (recorded: ReadonlyArray<number>, divisor: number): Selection => {
  const written: Array<number> = [];
  const sources: Array<number> = [];
  let repaired = false;
  for (const [index, recordedBound] of recorded.entries()) {
    const bound = recordedBound / divisor;
    const highest = written.at(-1);
    if (Number.isNaN(bound) || (highest !== undefined && bound < highest)) {
      repaired = true;
      continue;
    }
    if (bound === highest) {
      written.pop();
      sources.pop();
    }
    written.push(bound);
    sources.push(index);
  }
  if (written.at(-1) !== Number.POSITIVE_INFINITY) {
    written.push(Number.POSITIVE_INFINITY);
    sources.push(-1);
  }
  return { recorded, written, sources, repaired };
};

/** Quantiles in [0, 1], strictly increasing; of equal ones the last. */
const selectQuantiles = (recorded: ReadonlyArray<number>): Selection => {
  const last = new Map<number, number>();
  for (const [index, quantile] of recorded.entries()) {
    if (quantile >= 0 && quantile <= 1) last.set(quantile, index);
  }
  const chosen = [...last].toSorted(([left], [right]) => left - right);
  return {
    recorded,
    written: chosen.map(([quantile]) => quantile),
    sources: chosen.map(([, index]) => index),
    repaired: recorded.some((quantile) => !(quantile >= 0 && quantile <= 1)),
  };
};

/** Selections by what was recorded, so that series with the same bounds share one. */
export class Selections {
  readonly #bounds = new Map<number, Array<Selection>>();
  readonly #quantiles: Array<Selection> = [];

  bounds(recorded: Recorded, divisor: number): Selection {
    const known = this.#bounds.get(divisor) ?? [];
    this.#bounds.set(divisor, known);
    return find(known, recorded, (values) => selectBounds(values, divisor));
  }

  quantiles(recorded: Recorded): Selection {
    return find(this.#quantiles, recorded, selectQuantiles);
  }
}

type Recorded = ReadonlyArray<readonly [number, unknown]>;

const find = (
  known: Array<Selection>,
  recorded: Recorded,
  select: (recorded: ReadonlyArray<number>) => Selection,
): Selection => {
  const existing = known.find((selection) => isRecorded(selection, recorded));
  if (existing !== undefined) return existing;
  const made = select(recorded.map(([value]) => value));
  known.push(made);
  return made;
};

const isRecorded = (selection: Selection, recorded: Recorded): boolean =>
  selection.recorded.length === recorded.length &&
  recorded.every(([value], index) => Object.is(value, selection.recorded[index]));
