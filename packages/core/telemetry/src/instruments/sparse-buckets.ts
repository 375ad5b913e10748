/** Counts by bucket index, sorted, with nothing kept for buckets that are empty. */
export class SparseBuckets {
  #indexes: Array<number>;
  #counts: Array<number>;
  /** Where the last measurement went: the next one often goes there too. */
  #last = 0;

  constructor(from?: {
    readonly indexes: ReadonlyArray<number>;
    readonly counts: ReadonlyArray<number>;
  }) {
    this.#indexes = from?.indexes.slice() ?? [];
    this.#counts = from?.counts.slice() ?? [];
  }

  get size(): number {
    return this.#indexes.length;
  }

  /** Counts one more in the bucket; whether that made the bucket. */
  increment(index: number): boolean {
    const indexes = this.#indexes;
    if (indexes[this.#last] !== index) {
      this.#last = lowerBound(indexes, index);
      if (indexes[this.#last] !== index) {
        indexes.splice(this.#last, 0, index);
        this.#counts.splice(this.#last, 0, 1);
        return true;
      }
    }
    this.#counts[this.#last] = (this.#counts[this.#last] ?? 0) + 1;
    return false;
  }

  /** Joins each two neighbours to the bucket that covers both: the one half as fine. */
  halve(): void {
    const indexes: Array<number> = [];
    const counts: Array<number> = [];
    for (const [at, index] of this.#indexes.entries()) {
      const joined = (index + 1) >> 1;
      const count = this.#counts[at] ?? 0;
      const last = indexes.length - 1;
      if (indexes[last] === joined) counts[last] = (counts[last] ?? 0) + count;
      else {
        indexes.push(joined);
        counts.push(count);
      }
    }
    this.#indexes = indexes;
    this.#counts = counts;
  }

  copy() {
    return { indexes: this.#indexes.slice(), counts: this.#counts.slice() };
  }
}

/** The position of the first element that is not below `index`. */
const lowerBound = (indexes: ReadonlyArray<number>, index: number): number => {
  let from = 0;
  let to = indexes.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((indexes[middle] ?? index) < index) from = middle + 1;
    else to = middle;
  }
  return from;
};
