/** Milliseconds after which an owner that did not wait comes anew, and a waiting run that has not looked belongs to a lost request. */
const absentMs = 1_000;
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
    if (waiting.lookedAt - owner.waitedAt > absentMs) this.#catchUp(owner);
    this.#waiting.add(waiting);
    for (let looks = 0; looks < maxLooks; looks++) {
      const slices = this.#slices;
      await new Promise((resume) => setTimeout(resume));
      waiting.lookedAt = owner.waitedAt = performance.now();
      this.#waiting.add(waiting);
      onLook();
      if (isStopped() || (slices === this.#slices && this.#next() === waiting)) break;
    }
    this.#waiting.delete(waiting);
    this.#slices++;
  }

  /** An owner that comes anew starts where the others are: that it did not compute before gives it no advantage now. */
  #catchUp(owner: Owner): void {
    if (this.isFree) return;
    const least = Math.min(...Array.from(this.#waiting, (other) => other.owner.computedMs));
    owner.computedMs = Math.max(owner.computedMs, least);
  }

  /** The waiting run whose owner has computed least; of one owner's runs the one that waits longest. */
  #next(): Waiting | undefined {
    const now = performance.now();
    let next: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (now - waiting.lookedAt > absentMs) this.#waiting.delete(waiting);
      else if (next === undefined || waiting.owner.computedMs < next.owner.computedMs) {
        next = waiting;
      }
    }
    return next;
  }
}
