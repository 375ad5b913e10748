/** The bounds or quantiles that a metric records, and those that leave. */
export interface Selection {
  readonly recorded: ReadonlyArray<number>;
  readonly selected: ReadonlyArray<number>;
  /** The index among the recorded of each selected one; `-1` for a `+Inf` that was not recorded. */
  readonly sources: ReadonlyArray<number>;
  /** Whether some were left out: not numbers, out of order or out of range. */
  readonly repaired: boolean;
}

/**
 * Bounds, divided by `divisor`, strictly increasing and with `+Inf` last. Effect's own end in `+Inf`; a state made by other
 * means may lack it.
 */
const selectBounds = (recorded: ReadonlyArray<number>, divisor: number): Selection => {
  const selected: Array<number> = [];
  const sources: Array<number> = [];
  let repaired = false;
  for (const [index, recordedBound] of recorded.entries()) {
    const bound = recordedBound / divisor;
    const highest = selected.at(-1);
    if (Number.isNaN(bound) || (highest !== undefined && bound < highest)) {
      repaired = true;
      continue;
    }
    if (bound === highest) {
      selected.pop();
      sources.pop();
    }
    selected.push(bound);
    sources.push(index);
  }
  if (selected.at(-1) !== Number.POSITIVE_INFINITY) {
    selected.push(Number.POSITIVE_INFINITY);
    sources.push(-1);
  }
  return { recorded, selected, sources, repaired };
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
    selected: chosen.map(([quantile]) => quantile),
    sources: chosen.map(([, index]) => index),
    repaired: recorded.some((quantile) => !(quantile >= 0 && quantile <= 1)),
  };
};

type Recorded = ReadonlyArray<readonly [number, unknown]>;

/** Selections by what was recorded, so that series with the same bounds share one. */
export class Selections {
  readonly #bounds = new Map<number, Array<Selection>>();
  readonly #quantiles: Array<Selection> = [];

  bounds(recorded: Recorded, divisor: number): Selection {
    const known = this.#bounds.get(divisor) ?? [];
    this.#bounds.set(divisor, known);
    return findOrMake(known, recorded, (values) => selectBounds(values, divisor));
  }

  quantiles(recorded: Recorded): Selection {
    return findOrMake(this.#quantiles, recorded, selectQuantiles);
  }
}

const findOrMake = (
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
