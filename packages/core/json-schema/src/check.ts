import { Budget, BudgetExceeded } from "./budget.ts";
import { Places, replaceIntegers } from "./integers.ts";
import type { IntegerPlaces } from "./integers.ts";
import type { Json, JsonObject } from "./json.ts";
import { makePlans } from "./plans.ts";
import { References } from "./references.ts";
import { Problems, Report } from "./report.ts";
import { Run } from "./visit.ts";

/**
 * What a check found, and how many steps it took. `integers`: the places at which the value holds digits that only fit as an
 * integer.
 */
export type CheckOutcome = { readonly steps: number } & (
  | {
      readonly _tag: "Fits";
      /** Whether a part of the schema is broken, or not supported, and was left out. */
      readonly isPartial: boolean;
      readonly integers: IntegerPlaces | undefined;
    }
  | {
      readonly _tag: "Misfits";
      /** What is wrong and where: at most five sentences, and the number of the others. */
      readonly problems: string;
      /** The first of the problems that is a number beyond 2^53 in the place of an integer, which may have lost digits. */
      readonly inexact: string | undefined;
      readonly integers: IntegerPlaces | undefined;
    }
  | {
      /** The schema and the value take more steps than a check may, or nest too deeply. */
      readonly _tag: "BudgetExceeded";
    }
);

/** Checks a value; `root` is its name in the problems. */
export type SchemaCheck = (value: Json, root: string) => CheckOutcome;

/**
 * Makes the check of values against one JSON Schema (2020-12, and the spellings of earlier drafts), which may come from anybody:
 * no schema and no value makes a check take more than 200,000 steps. Interprets the schema, because workerd forbids generated
 * code. Two parts are left out: `format`, which is an annotation (JSON Schema 2020-12, Validation, section 7.2.1) and which
 * descriptions use carelessly; and keywords that are broken, or have a pattern that cannot be matched in linear time.
 *
 * ```ts
 * import { schemaCheck } from "@executor/json-schema";
 *
 * const check = schemaCheck({ type: "object", required: ["id"] });
 * check({ id: 1 }, "input"); // { _tag: "Fits", isPartial: false, integers: undefined, steps: 7 }
 * check({}, "input"); // { _tag: "Misfits", problems: 'input: Instance does not have required property "id".', inexact: undefined, integers: undefined, steps: 4 }
 * ```
 */
export const schemaCheck = (schema: JsonObject): SchemaCheck => {
  const references = new References(schema);
  const plans = makePlans();
  return (given, root) => {
    const budget = new Budget();
    const places = new Forms();
    try {
      for (;;) {
        const integers = places.all();
        const value = replaceIntegers(given, integers, BigInt);
        const run = new Run(references, plans, budget);
        const verdict = run.again(schema, value, undefined, undefined);
        if (verdict !== "misfits") {
          const isPartial = verdict === "unknown";
          return { _tag: "Fits", isPartial, integers, steps: budget.used };
        }
        const problems = new Problems();
        try {
          run.again(schema, value, new Report(problems, root), undefined);
        } catch (error) {
          if (!(error instanceof BudgetExceeded)) throw error;
          problems.incomplete = true;
        }
        if (problems.incomplete || !places.change(problems)) {
          const said = problems.text(root);
          const { inexact } = problems;
          return { _tag: "Misfits", problems: said, inexact, integers, steps: budget.used };
        }
      }
    } catch (error) {
      if (error instanceof BudgetExceeded) return { _tag: "BudgetExceeded", steps: budget.used };
      throw error;
    }
  };
};

/** Changes of forms of one value: enough for conditions inside conditions. */
const maxChanges = 8;

/**
 * The places at which digits count as an integer. They begin as text. Where a schema refuses them and would take an integer, they
 * become one; where it refuses that and would take text, they become text again, for good.
 */
class Forms {
  readonly #integers = new Places();
  readonly #tried = new Places();
  readonly #texts = new Places();
  #changes = 0;

  all(): IntegerPlaces | undefined {
    return this.#integers.all();
  }

  /** Whether the problems change a form. */
  change({ integers, texts }: Problems): boolean {
    this.#changes += 1;
    if (this.#changes > maxChanges) return false;
    const added = integers.filter((path) => this.#tried.add(path));
    for (const path of added) this.#integers.add(path);
    const returned = texts.filter((path) => this.#integers.has(path) && this.#texts.add(path));
    for (const path of returned) this.#integers.delete(path);
    return added.length + returned.length > 0;
  }
}
