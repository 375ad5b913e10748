/** Places left for others, each of which allows a caller two of its own: one alone may have two thirds of all. */
const ownPerFree = 2;

/** Numbers of runs that wait for people, by caller. No caller may have so many that none are left for others. */
export class WaitingRuns {
  readonly #byCaller = new Map<string, number>();
  #total = 0;

  constructor(
    /** Runs that may wait in all. */
    readonly max: number,
  ) {}

  /** Counts one more run of the caller; where it may not wait, counts none and says why. */
  begin(caller: string): string | undefined {
    const own = this.#byCaller.get(caller) ?? 0;
    const free = this.max - this.#total;
    if (own >= ownPerFree * free) {
      const others = `${this.#total} executions are already waiting for people`;
      return free === 0
        ? `${others}. Answer some of their questions first.`
        : `${others}, ${own} of them from the same caller; the ${free} that may still wait are left to others. Answer some of its questions first.`;
    }
    this.#byCaller.set(caller, own + 1);
    this.#total++;
    return undefined;
  }

  /** A run of the caller no longer waits. */
  end(caller: string): void {
    const left = (this.#byCaller.get(caller) ?? 0) - 1;
    if (left > 0) this.#byCaller.set(caller, left);
    else this.#byCaller.delete(caller);
    this.#total--;
  }
}
