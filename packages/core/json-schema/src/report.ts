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

/** Takes the problems of one place in the value. */
export class Report {
  constructor(
    readonly problems: Problems,
    readonly place: string,
  ) {}

  below(key: string | number): Report {
    return new Report(this.problems, `${this.place}.${shorten(String(key), maxKey)}`);
  }

  add(problem: () => string): void {
    this.problems.add(
      () => `${shorten(this.place, maxProblem)}: ${shorten(problem(), maxProblem)}`,
    );
  }
}
