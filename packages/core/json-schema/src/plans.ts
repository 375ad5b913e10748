import { arrayKeywords, unevaluatedItems } from "./keywords/arrays.ts";
import { combiningKeywords } from "./keywords/combining.ts";
import type { Keyword } from "./keywords/keyword.ts";
import { objectKeywords, unevaluatedProperties } from "./keywords/objects.ts";
import { valueKeywords } from "./keywords/values.ts";
import type { JsonObject } from "./json.ts";
import type { Check, Plan, Plans } from "./visit.ts";

/** Keywords, the cheaper ones first. */
const keywords: ReadonlyArray<Keyword> = [
  ...valueKeywords,
  ...combiningKeywords,
  ...objectKeywords,
  ...arrayKeywords,
];

/** Keywords that apply to what no other has looked at. */
const lastKeywords = [unevaluatedProperties, unevaluatedItems];

/** Makes the checks of each schema when it is first visited, and keeps them. */
export const makePlans = (): Plans => {
  const plans = new Map<JsonObject, Plan>();
  return (schema, run) => {
    const known = plans.get(schema);
    if (known !== undefined) return known;
    run.budget.take(5);
    const makeAll = (list: ReadonlyArray<Keyword>) =>
      list
        .filter(({ names }) => names.some((name) => Object.hasOwn(schema, name)))
        .map(({ make }) => make(schema, run) ?? broken);
    const last = makeAll(lastKeywords);
    const plan = { checks: [...makeAll(keywords), ...last], needsEvaluated: last.length > 0 };
    plans.set(schema, plan);
    return plan;
  };
};

/** A keyword that is not understood: it may have looked at everything. */
const broken: Check = ({ evaluated }) => {
  if (evaluated !== undefined) evaluated.all = true;
  return "unknown";
};
