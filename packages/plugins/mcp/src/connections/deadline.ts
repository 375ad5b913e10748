/** The longest duration of a call in multiples of its timeout, however often progress restarts the time. */
const maxExtensions = 10;

/**
 * The time that a call may take. Progress restarts it, up to ten times its length in all. It is paused while a person is
 * asked.
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
    this.#leftInAllMs = timeoutMs * maxExtensions;
    this.#onExpired = onExpired;
    this.#run();
  }

  /** Restarts the time after progress. */
  restart(): void {
    this.#halt();
    this.#leftMs = this.#timeoutMs;
    this.#run();
  }

  /** Pauses the time during a wait for a person. Several waits may overlap. */
  async paused<A>(wait: () => Promise<A>): Promise<A> {
    this.#halt();
    this.#pauses += 1;
    try {
      return await wait();
    } finally {
      this.#pauses -= 1;
      this.#run();
    }
  }

  /** Stops the time for good. Gives the elapsed milliseconds without the pauses. */
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
