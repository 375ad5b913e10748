/** Milliseconds, about, that code computes before others of the thread have their turn. */
const sliceMs = 5;
/** Checks in the first slice of a run, before it is known how long they take. */
const firstChecks = 10;
/** Milliseconds of the shortest check: the clock may be too coarse to see one. */
const shortestMs = 0.02;
/** How many times longer than expected a slice may seem: others may have had their turn before its end is seen. */
const maxSurprise = 4;

/**
 * The computing of one run, in slices. The clock may stand still while code computes, as in Cloudflare Workers, so a slice is a
 * number of checks; how long they took is seen at the next turn of the event loop.
 */
export class Slices {
  readonly #onComputed: (milliseconds: number) => void;
  #msPerCheck = sliceMs / firstChecks;
  /** Computed before `#startedAt`. */
  #computedMs = 0;
  /** Of it, computed since the last rest. */
  #sliceMs = 0;
  /** Checks since `#startedAt`, which is set until it is known how long they took. */
  #checks = 0;
  #startedAt: number | undefined;

  /** `onComputed` receives what was computed, in milliseconds, soon afterwards. */
  constructor(onComputed: (milliseconds: number) => void) {
    this.#onComputed = onComputed;
  }

  /** Computing begins. */
  begin(): void {
    this.#startedAt = performance.now();
  }

  /** Called every few thousand instructions while the code computes, or after work that takes as long as this many checks. */
  check(count = 1): void {
    this.#checks += count;
  }

  /** Whether others must have their turn. */
  get isOver(): boolean {
    return this.#sliceMs + this.#expectedMs >= sliceMs;
  }

  /** Computing ends. If it `rests`, call {@link measure} at the next turn of the event loop. */
  end(rests: boolean): void {
    const elapsedMs = this.#elapsedMs;
    if (elapsedMs > 0 || !rests) this.#add(elapsedMs || this.#expectedMs);
  }

  /** Sees how long the last slice took, and begins another. */
  measure(): void {
    this.#add(Math.min(this.#elapsedMs, maxSurprise * this.#expectedMs));
    this.#sliceMs = 0;
  }

  /** Milliseconds that the run has computed so far. */
  get computedMs(): number {
    return this.#computedMs + (this.#elapsedMs || this.#expectedMs);
  }

  get #elapsedMs(): number {
    return this.#startedAt === undefined ? 0 : performance.now() - this.#startedAt;
  }

  get #expectedMs(): number {
    return this.#checks * this.#msPerCheck;
  }

  #add(milliseconds: number): void {
    if (this.#startedAt === undefined) return;
    if (this.#checks > 0) {
      // A pause of the whole thread counts only so much, or the slices would become too short to see how long a check takes.
      const seen = Math.min(milliseconds / this.#checks, maxSurprise * this.#msPerCheck);
      this.#msPerCheck = Math.max(shortestMs, (this.#msPerCheck + seen) / 2);
    }
    this.#computedMs += milliseconds;
    this.#sliceMs += milliseconds;
    this.#startedAt = undefined;
    this.#checks = 0;
    this.#onComputed(milliseconds);
  }
}
