import { isArray, isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Check, Run, Verdict, Visit } from "../visit.ts";

/** A keyword, or several that only mean something together. `make` gives `undefined` where the schema uses it wrongly. */
export interface Keyword {
  readonly names: ReadonlyArray<string>;
  readonly make: (schema: JsonObject, run: Run) => Check | undefined;
}

/** A keyword on its own, by its value. */
export const keyword = (
  name: string,
  make: (parameter: Json, schema: JsonObject, run: Run) => Check | undefined,
): Keyword => ({ names: [name], make: (schema, run) => make(schema[name] ?? null, schema, run) });

/** Checks of one type of value; values of other types fit. */
export const forObjects =
  (check: (value: JsonObject, visit: Visit) => Verdict): Check =>
  (visit) =>
    isObject(visit.value) ? check(visit.value, visit) : "fits";

export const forArrays =
  (check: (value: ReadonlyArray<Json>, visit: Visit) => Verdict): Check =>
  (visit) =>
    isArray(visit.value) ? check(visit.value, visit) : "fits";

export const forStrings =
  (check: (value: string, visit: Visit) => Verdict): Check =>
  (visit) =>
    typeof visit.value === "string" ? check(visit.value, visit) : "fits";

export const forNumbers =
  (check: (value: number | bigint, visit: Visit) => Verdict): Check =>
  (visit) =>
    typeof visit.value === "number" || typeof visit.value === "bigint"
      ? check(visit.value, visit)
      : "fits";

/** The check of a list of names that an object must have. */
export const hasAll = (
  names: ReadonlyArray<Json>,
  value: JsonObject,
  visit: Visit,
  problem: (name: string) => string,
): Verdict => {
  visit.run.budget.take(names.length);
  return visit.every(names, (name) =>
    typeof name !== "string"
      ? "unknown"
      : visit.expect(Object.hasOwn(value, name), () => problem(name)),
  );
};
