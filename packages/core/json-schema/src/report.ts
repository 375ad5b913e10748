import type { Budget } from "./budget.ts";
import { shorten } from "./canonical.ts";

const maxReported = 5;
const maxProblem = 1_000;
const maxKey = 100;

/** The problems of one check, of which the first few are kept and the others are counted. */
export class Problems {
  readonly #shown = new Set<string>();
  #others = 0;
  /** Whether the check ended before all problems were found. */
  incomplete = false;
  /** The first problem of an integer as a number that is not exact. */
  inexact: string | undefined;
  /** Places of digits that a schema refused, and would take as an integer. */
  readonly integers: Array<ReadonlyArray<string | number>> = [];
  /** Places of integers that a schema refused, and would take as text. */
  readonly texts: Array<ReadonlyArray<string | number>> = [];

  add(problem: () => string): void {
    if (this.#shown.size < maxReported) this.#shown.add(problem());
    else this.#others += 1;
  }

  text(root: string): string {
    const shown = [...this.#shown];
    if (shown.length === 0) shown.push(`${root}: Instance does not match the schema.`);
    if (this.#others > 0) {
      shown.push(`And ${this.incomplete ? "at least " : ""}${this.#others} more.`);
    }
    return shown.join(" ");
  }
}

/** The way to a place in the value, from its end. */
interface Path {
  readonly key: string | number;
  readonly above: Path | undefined;
}

/** Takes the problems of one place in the value. */
export class Report {
  constructor(
    readonly problems: Problems,
    readonly place: string,
    readonly path?: Path,
  ) {}

  below(key: string | number): Report {
    const place = `${this.place}.${shorten(String(key), maxKey)}`;
    return new Report(this.problems, place, { key, above: this.path });
  }

  /** Notes that the place's value would fit in its other form, as an integer or as text. */
  otherForm(form: "integers" | "texts", budget: Budget): void {
    const keys: Array<string | number> = [];
    for (let at = this.path; at !== undefined; at = at.above) keys.push(at.key);
    budget.take(keys.length);
    this.problems[form].push(keys.toReversed());
  }

  add(problem: () => string): void {
    this.problems.add(() => this.#sentence(problem));
  }

  /** Adds the problem of an integer as a number that is not exact. */
  addInexact(problem: () => string): void {
    this.problems.inexact ??= this.#sentence(problem);
    this.add(problem);
  }

  #sentence(problem: () => string): string {
    return `${shorten(this.place, maxProblem)}: ${shorten(problem(), maxProblem)}`;
  }
}
