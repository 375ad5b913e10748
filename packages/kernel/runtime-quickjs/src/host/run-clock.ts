/** Milliseconds between two checks of the computing time while the clock is paused. */
const checkMs = 250;

/**
 * A run's wall clock: calls `onExpired` once, after it has run for `limitMs` without its pauses. A pause is for waiting, so
 * computing is limited to `limitMs` during a pause too.
 */
export class RunClock {
  readonly #limitMs: number;
  readonly #cpuMs: () => number;
  readonly #onExpired: () => void;
  #elapsedMs = 0;
  #startedAt = 0;
  #pauses = 0;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limitMs: number, cpuMs: () => number, onExpired: () => void) {
    this.#limitMs = limitMs;
    this.#cpuMs = cpuMs;
    this.#onExpired = onExpired;
    this.#tick();
  }

  pause(): void {
    this.#pauses++;
    if (this.#pauses > 1 || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#elapsedMs += performance.now() - this.#startedAt;
    this.#watchComputing();
  }

  resume(): void {
    this.#pauses--;
    if (this.#pauses > 0 || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#tick();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #tick(): void {
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, this.#limitMs - this.#elapsedMs));
  }

  #watchComputing(): void {
    this.#timer = setTimeout(() => {
      if (this.#cpuMs() > this.#limitMs) this.#expire();
      else this.#watchComputing();
    }, checkMs);
  }

  #expire(): void {
    this.stop();
    this.#onExpired();
  }
}
