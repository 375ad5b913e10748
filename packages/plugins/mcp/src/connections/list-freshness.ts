import type { JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";

/** The least milliseconds between two readings of a list, however short it is said to be fresh. */
const leastMs = 60_000;

/**
 * How long a list of tools is fresh, as its server says (MCP 2026-07-28, `ttlMs`). A list that is not is read again when a tool is
 * called next, and not by a clock: nobody looks at it until then. Servers that tell of changes need no such reading.
 */
export class ListFreshness {
  readonly #onStale: () => void;
  readonly #isTold: boolean;
  #staleAt = Infinity;

  constructor(isTold: boolean, onStale: () => void) {
    this.#isTold = isTold;
    this.#onStale = onStale;
  }

  /** Takes note of a result of `tools/list`. */
  read(result: JsonObject): void {
    const ttlMs = member(result, "ttlMs");
    this.#staleAt =
      typeof ttlMs === "number" && !this.#isTold
        ? performance.now() + Math.max(ttlMs, leastMs)
        : Infinity;
  }

  /** Takes note of a call of a tool. */
  use(): void {
    if (performance.now() < this.#staleAt) return;
    this.#staleAt = Infinity;
    this.#onStale();
  }
}
