/** A request that was silent for so long is lost: the platform ended it, because its client went away. */
const lostMs = 10_000;

/**
 * Requests that wait for something, in the order of their arrival. Each waits on timers of its own and looks at what all of them
 * share, because a promise belongs to its request and might never be kept.
 */
export class WaitingLine {
  /** Times of the requests' last looks. */
  readonly #looks = new Map<symbol, number>();

  /** Requests that wait, and those among them that are lost and not yet forgotten. */
  get size(): number {
    return this.#looks.size;
  }

  /** Whether so many requests wait. Forgets those that are lost. */
  isFull(max: number): boolean {
    for (const [id, lookedAt] of this.#looks) if (isLost(lookedAt)) this.#looks.delete(id);
    return this.size >= max;
  }

  /**
   * Waits until this request is the first and `begin` returns `true`; looks every `lookMs` milliseconds. `begin` marks what others
   * have to wait for, since they may look before this promise is kept.
   */
  async wait(lookMs: number, begin: () => boolean): Promise<void> {
    const id = Symbol("request");
    this.#looks.set(id, Date.now());
    while (!this.#isFirst(id) || !begin()) {
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      this.#looks.set(id, Date.now());
    }
    this.#looks.delete(id);
  }

  #isFirst(id: symbol): boolean {
    for (const [first, lookedAt] of this.#looks) {
      if (first === id) return true;
      if (!isLost(lookedAt)) return false;
      this.#looks.delete(first);
    }
    return false;
  }
}

/** Whether a request is lost that looked, or began something short, at this time. */
export const isLost = (since: number): boolean => Date.now() - since > lostMs;
