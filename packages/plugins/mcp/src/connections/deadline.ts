/** How often its milliseconds a call may last in all, where progress keeps moving its deadline. */
const mostExtensions = 10;

/**
 * The time that a call may take. Progress starts it anew, up to ten times its length in all; it stands still while a
 * person is asked.
 */
export class Deadline {
  readonly #timeoutMs: number;
  readonly #onExpired: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #leftMs: number;
  #leftInAllMs: number;
  #elapsedMs = 0;
  #runningSince = 0;
  #pauses = 0;

  constructor(timeoutMs: number, onExpired: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#leftMs = timeoutMs;
    this.#leftInAllMs = timeoutMs * mostExtensions;
    this.#onExpired = onExpired;
    this.#run();
  }

  /** The server works: its time begins anew. */
  restart(): void {
    this.#halt();
    this.#leftMs = this.#timeoutMs;
    this.#run();
  }

  /** Waits for a person without the time passing; several may be asked at once. */
  async without<A>(wait: () => Promise<A>): Promise<A> {
    this.#halt();
    this.#pauses += 1;
    try {
      return await wait();
    } finally {
      this.#pauses -= 1;
      this.#run();
    }
  }

  /** For good. Gives the milliseconds that passed, those for which a person was asked left out. */
  stop(): number {
    this.#halt();
    this.#pauses = Infinity;
    return this.#elapsedMs;
  }

  #run(): void {
    if (this.#pauses > 0) return;
    this.#runningSince = performance.now();
    this.#timer = setTimeout(this.#onExpired, Math.min(this.#leftMs, this.#leftInAllMs));
  }

  #halt(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const passed = performance.now() - this.#runningSince;
    this.#elapsedMs += passed;
    this.#leftMs = Math.max(0, this.#leftMs - passed);
    this.#leftInAllMs = Math.max(0, this.#leftInAllMs - passed);
  }
}
