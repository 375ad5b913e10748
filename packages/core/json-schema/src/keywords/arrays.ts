import { equalityKey } from "../canonical.ts";
import { isArray } from "../json.ts";
import type { Json } from "../json.ts";
import type { Check, Verdict, Visit } from "../visit.ts";
import { forArrays, keyword } from "./keyword.ts";
import type { Keyword } from "./keyword.ts";

/** The first items have schemas of their own, as `prefixItems` or in older drafts as a list of `items`, the others share one. */
const items: Keyword = {
  names: ["prefixItems", "items", "additionalItems"],
  make: ({ prefixItems, items: shared, additionalItems }) => {
    const first = prefixItems ?? (isArray(shared) ? shared : []);
    const others = isArray(shared) ? additionalItems : shared;
    if (!isArray(first)) return undefined;
    return forArrays((value, visit) => {
      if (others !== undefined && visit.evaluated !== undefined) visit.evaluated.all = true;
      const checked = others === undefined ? value.slice(0, first.length) : value;
      return visit.every(checked, (item, index) => {
        const schema = index < first.length ? first[index] : others;
        if (schema === undefined) return "fits";
        return visit.below(schema, index, item, () => "Items did not match schema.");
      });
    });
  },
};

const contains: Keyword = {
  names: ["contains"],
  make: ({ contains: schema = true, minContains = 1, maxContains = Number.POSITIVE_INFINITY }) => {
    if (typeof minContains !== "number" || typeof maxContains !== "number") return undefined;
    return forArrays((value, visit) => {
      let fits = 0;
      let unknown = 0;
      for (const [index, item] of value.entries()) {
        const verdict = visit.run.visit(schema, item, undefined, undefined);
        if (verdict === "fits") fits += 1;
        if (verdict === "unknown") unknown += 1;
        if (verdict !== "misfits") visit.evaluated?.keys.add(index);
      }
      if (fits > maxContains) {
        return visit.misfit(
          () =>
            `Array may contain at most ${maxContains} items matching schema. ${fits} items were found.`,
        );
      }
      if (fits + unknown < minContains) return visit.misfit(() => tooFew(fits, minContains));
      return fits >= minContains && fits + unknown <= maxContains ? "fits" : "unknown";
    });
  },
};

const tooFew = (found: number, least: number): string =>
  least === 1
    ? "Array does not contain item matching schema."
    : `Array must contain at least ${least} items matching schema. Only ${found} items were found.`;

const unique = (value: ReadonlyArray<Json>, visit: Visit): Verdict => {
  const places = new Map<Json, number>();
  visit.run.budget.take(value.length);
  for (const [index, item] of value.entries()) {
    const key = equalityKey(item, visit.run.budget);
    const other = places.get(key);
    if (other !== undefined) {
      return visit.misfit(() => `Duplicate items at indexes ${other} and ${index}.`);
    }
    places.set(key, index);
  }
  return "fits";
};

const size =
  (fits: (length: number, limit: number) => boolean, problem: string, sign: string) =>
  (limit: Json): Check | undefined =>
    typeof limit === "number"
      ? forArrays(({ length }, visit) =>
          visit.expect(fits(length, limit), () => `${problem} (${length} ${sign} ${limit}).`),
        )
      : undefined;

/** Keywords about the items of arrays, except the one that needs what all others have looked at. */
export const arrayKeywords: ReadonlyArray<Keyword> = [
  keyword(
    "maxItems",
    size((length, limit) => length <= limit, "Array has too many items", ">"),
  ),
  keyword(
    "minItems",
    size((length, limit) => length >= limit, "Array has too few items", "<"),
  ),
  keyword("uniqueItems", (isUnique) => (isUnique === true ? forArrays(unique) : () => "fits")),
  items,
  contains,
];

export const unevaluatedItems = keyword("unevaluatedItems", (schema) =>
  forArrays((value, visit) => {
    visit.run.budget.take(Math.ceil(value.length / 4));
    return visit.every(value, (item, index) =>
      visit.evaluated?.has(index) === true
        ? "fits"
        : visit.below(schema, index, item, () => "Items did not match unevaluated items schema."),
    );
  }),
);
