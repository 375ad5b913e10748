import { Budget, BudgetExceeded } from "./budget.ts";
import type { Json, JsonObject } from "./json.ts";
import { makePlans } from "./plans.ts";
import { References } from "./references.ts";
import { Problems, Report } from "./report.ts";
import { Run } from "./visit.ts";

/** What a check found, and how many steps it took. */
export type CheckOutcome = { readonly steps: number } & (
  | {
      readonly _tag: "Fits";
      /** Whether a part of the schema is broken, or not supported, and was left out. */
      readonly isPartial: boolean;
    }
  | {
      readonly _tag: "Misfits";
      /** What is wrong and where: at most five sentences, and the number of the others. */
      readonly problems: string;
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
 * check({ id: 1 }, "input"); // { _tag: "Fits", isPartial: false, steps: 7 }
 * check({}, "input"); // { _tag: "Misfits", problems: 'input: Instance does not have required property "id".', steps: 4 }
 * ```
 */
export const schemaCheck = (schema: JsonObject): SchemaCheck => {
  const references = new References(schema);
  const plans = makePlans();
  return (value, root) => {
    const budget = new Budget();
    const run = new Run(references, plans, budget);
    const problems = new Problems();
    try {
      const verdict = run.again(schema, value, undefined, undefined);
      if (verdict !== "misfits") {
        return { _tag: "Fits", isPartial: verdict === "unknown", steps: budget.used };
      }
    } catch (error) {
      if (error instanceof BudgetExceeded) return { _tag: "BudgetExceeded", steps: budget.used };
      throw error;
    }
    try {
      run.again(schema, value, new Report(problems, root), undefined);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      problems.incomplete = true;
    }
    return { _tag: "Misfits", problems: problems.text(root), steps: budget.used };
  };
};
