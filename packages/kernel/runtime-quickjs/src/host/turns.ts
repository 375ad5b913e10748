/** Milliseconds after which an owner whose runs did not wait comes anew. */
const absentMs = 100;
/** Milliseconds after which a waiting run that has not looked is left out: the request that it belongs to is gone. */
const lostMs = 1_000;
/** Turns of the event loop between two slices: a request goes on in many small steps, and would wait for a slice at each. */
const restLooks = 2;
/** Looks after which a run goes on though it is not the next. */
const maxLooks = 1_000;

/** One on whose behalf code runs, such as an organization. */
export class Owner {
  /** Milliseconds that its runs have computed, as far as turns are concerned. */
  computedMs = 0;
  /** Time at which one of its runs last waited. */
  waitedAt = -Infinity;
}

interface Waiting {
  readonly owner: Owner;
  lookedAt: number;
}

/**
 * The turns of the runs that compute in one thread. Plain data, without promises and timers of others: in Cloudflare Workers these
 * belong to a request, and one request cannot wake another. Each run waits by itself, and looks whether it is the next.
 */
export class Turns {
  /** In the order in which they began to wait. */
  readonly #waiting = new Set<Waiting>();
  #slices = 0;
  /** What the owner of the last turn had computed before it. */
  #level = 0;

  /** Whether no run waits for its turn. */
  get isFree(): boolean {
    return this.#waiting.size === 0;
  }

  /**
   * Waits until requests and timers had their turn after the last slice of any run, and no other owner of waiting runs has
   * computed less. `isStopped` ends the wait. `onLook` is called whenever the clock may have moved on.
   */
  async wait(owner: Owner, isStopped: () => boolean, onLook = () => {}): Promise<void> {
    const waiting: Waiting = { owner, lookedAt: performance.now() };
    // What it computed before gives an owner that comes anew neither an advantage nor a debt.
    if (waiting.lookedAt - owner.waitedAt > absentMs) owner.computedMs = this.#level;
    this.#waiting.add(waiting);
    let quietLooks = 0;
    for (let looks = 0; looks < maxLooks; looks++) {
      const slices = this.#slices;
      await new Promise((resume) => setTimeout(resume));
      quietLooks = slices === this.#slices ? quietLooks + 1 : 0;
      waiting.lookedAt = owner.waitedAt = performance.now();
      this.#waiting.add(waiting);
      onLook();
      if (isStopped() || (quietLooks >= restLooks && this.#next() === waiting)) break;
    }
    this.#waiting.delete(waiting);
    this.#slices++;
    this.#level = owner.computedMs;
  }

  /** The waiting run whose owner has computed least; of one owner's runs the one that waits longest. */
  #next(): Waiting | undefined {
    const now = performance.now();
    let next: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (now - waiting.lookedAt > lostMs) this.#waiting.delete(waiting);
      else if (next === undefined || waiting.owner.computedMs < next.owner.computedMs) {
        next = waiting;
      }
    }
    return next;
  }
}
