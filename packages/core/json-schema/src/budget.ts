/** Steps of one check. They take about a tenth of a second. */
const maxSteps = 200_000;

/** Schemas inside each other, references included. The stack of workerd has room for several times as many. */
const maxDepth = 400;

/** The reason for which a check ends early. It never leaves this package. */
export class BudgetExceeded extends Error {}

/**
 * The work that one check may do. Whatever takes time takes steps before it is done: the visit of a schema, a name in a list,
 * 16 characters of text, the pattern's program over 50 characters of text.
 */
export class Budget {
  #left = maxSteps;
  #depth = 0;

  get used(): number {
    return maxSteps - this.#left;
  }

  take(steps: number): void {
    this.#left -= steps;
    if (this.#left >= 0) return;
    this.#left = 0;
    throw new BudgetExceeded("The check takes too many steps.");
  }

  takeText(characters: number): void {
    this.take(Math.floor(characters / 16));
  }

  /** Goes one level deeper. An exception ends the whole check, so only {@link leave} goes back. */
  enter(): void {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new BudgetExceeded("The value or its schema is too deep.");
  }

  leave(): void {
    this.#depth -= 1;
  }
}
