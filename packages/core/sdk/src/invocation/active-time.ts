/** The time since it was made, without the time during which anything waited for a person. */
export class ActiveTime {
  #activeMs = 0;
  #activeSince = performance.now();
  #waits = 0;

  /** A wait begins; several may overlap. */
  beginWait(): void {
    if (this.#waits === 0) this.#activeMs += performance.now() - this.#activeSince;
    this.#waits++;
  }

  endWait(): void {
    this.#waits--;
    if (this.#waits === 0) this.#activeSince = performance.now();
  }

  elapsedMs(): number {
    return this.#activeMs + (this.#waits === 0 ? performance.now() - this.#activeSince : 0);
  }
}
