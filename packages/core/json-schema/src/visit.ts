import type { Budget } from "./budget.ts";
import { mayBeInteger } from "./integers.ts";
import { isObject } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import type { References } from "./references.ts";
import type { Report } from "./report.ts";

/** `unknown`: nothing is wrong as far as the schema could be understood. */
export type Verdict = "fits" | "misfits" | "unknown";

/** One keyword of one schema, ready to check values. */
export type Check = (visit: Visit) => Verdict;

/** A schema as the checks of its keywords, in the order in which they run. */
export interface Plan {
  readonly checks: ReadonlyArray<Check>;
  /** Whether a check asks what the others have looked at. */
  readonly needsEvaluated: boolean;
}

export type Plans = (schema: JsonObject, run: Run) => Plan;

/** Names and indexes that a schema and those at the same place have looked at, for `unevaluatedProperties` and `unevaluatedItems`. */
export class Evaluated {
  readonly keys = new Set<string | number>();
  all = false;

  has(key: string | number): boolean {
    return this.all || this.keys.has(key);
  }

  addAll(other: Evaluated, budget: Budget): void {
    budget.take(other.keys.size);
    for (const key of other.keys) this.keys.add(key);
    this.all ||= other.all;
  }
}

interface Remembered {
  readonly verdict: Verdict;
  readonly evaluated: Evaluated | undefined;
  readonly isReported: boolean;
}

/**
 * One check of one value. The first pass has no report and ends each schema at its first misfit; the second one reports all
 * of them. Both remember what a schema said about a value, so that a schema that is reached on many ways is visited once.
 */
export class Run {
  readonly #remembered = new Map<JsonObject, Map<Json | Report, Remembered>>();

  constructor(
    readonly references: References,
    readonly plans: Plans,
    readonly budget: Budget,
  ) {}

  /** Applies a schema to a value. */
  visit(
    schema: Json,
    value: Json,
    report: Report | undefined,
    evaluated: Evaluated | undefined,
  ): Verdict {
    this.budget.take(1);
    if (schema === true) return "fits";
    if (schema === false) {
      report?.add(() => "No value is allowed here.");
      return "misfits";
    }
    if (!isObject(schema)) return "unknown";
    this.budget.enter();
    const { checks, needsEvaluated } = this.plans(schema, this);
    const collected = needsEvaluated ? (evaluated ?? new Evaluated()) : evaluated;
    const visit = new Visit(this, value, report, collected);
    const verdict = visit.every(checks, (check) => check(visit));
    this.budget.leave();
    return verdict;
  }

  /** Applies one more schema to the value of a visit, and remembers what it says. A schema that leads to itself is unknown. */
  again(
    schema: Json,
    value: Json,
    report: Report | undefined,
    evaluated: Evaluated | undefined,
  ): Verdict {
    if (!isObject(schema)) return this.visit(schema, value, report, evaluated);
    const values = this.#remembered.get(schema) ?? new Map<Json | Report, Remembered>();
    this.#remembered.set(schema, values);
    // The same digits at two places may be refused at both, and both must be told.
    const key = report !== undefined && isInteger(value) ? report : value;
    const known = values.get(key);
    if (known !== undefined && answers(known, report, evaluated)) {
      this.budget.take(1);
      if (known.evaluated !== undefined) evaluated?.addAll(known.evaluated, this.budget);
      return known.verdict;
    }
    const inside = evaluated === undefined ? undefined : new Evaluated();
    const isReported = report !== undefined;
    values.set(key, { verdict: "unknown", evaluated: everything, isReported });
    const verdict = this.visit(schema, value, report, inside);
    values.set(key, { verdict, evaluated: inside, isReported });
    if (inside !== undefined && verdict !== "misfits") evaluated?.addAll(inside, this.budget);
    return verdict;
  }
}

const isInteger = (value: Json): boolean => typeof value === "bigint" || mayBeInteger(value);

const everything = new Evaluated();
everything.all = true;

const answers = (
  known: Remembered,
  report: Report | undefined,
  evaluated: Evaluated | undefined,
): boolean =>
  known.verdict === "misfits"
    ? report === undefined || known.isReported
    : evaluated === undefined || known.evaluated !== undefined;

/** One schema at one value. */
export class Visit {
  #keys: ReadonlyArray<string> | undefined;

  constructor(
    readonly run: Run,
    readonly value: Json,
    readonly report: Report | undefined,
    readonly evaluated: Evaluated | undefined,
  ) {}

  /** The names of the value's members. */
  keysOf(value: JsonObject): ReadonlyArray<string> {
    if (this.#keys === undefined) {
      this.#keys = Object.keys(value);
      this.run.budget.take(Math.ceil(this.#keys.length / 4));
    }
    return this.#keys;
  }

  /** A misfit, with the problem for the report if there is one. */
  misfit(problem: () => string): Verdict {
    this.report?.add(problem);
    return "misfits";
  }

  expect(fits: boolean, problem: () => string): Verdict {
    return fits ? "fits" : this.misfit(problem);
  }

  /** Applies another schema to the same value. */
  same(schema: Json, report: Report | undefined): Verdict {
    return this.run.again(schema, this.value, report, this.evaluated);
  }

  /** Applies a schema to the value's member; `problem` is said where the schema is `false`. */
  below(schema: Json, key: string | number, value: Json, problem: () => string): Verdict {
    this.evaluated?.keys.add(key);
    if (schema === false) {
      this.run.budget.take(1);
      return this.misfit(problem);
    }
    return this.run.visit(schema, value, this.report?.below(key), undefined);
  }

  /** Combines the verdicts about many parts, all of which must fit. The first misfit ends it, except in a report. */
  every<A>(parts: ReadonlyArray<A>, check: (part: A, index: number) => Verdict): Verdict {
    let verdict: Verdict = "fits";
    let index = 0;
    for (const part of parts) {
      verdict = both(verdict, check(part, index));
      if (verdict === "misfits" && this.report === undefined) break;
      index += 1;
    }
    return verdict;
  }
}

/** Kleene's "and". */
export const both = (left: Verdict, right: Verdict): Verdict => {
  if (left === "misfits" || right === "misfits") return "misfits";
  return left === "unknown" || right === "unknown" ? "unknown" : "fits";
};
