import { shorten } from "../canonical.ts";
import { isArray, isObject, member } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { matches } from "../patterns.ts";
import type { Check, Verdict, Visit } from "../visit.ts";
import { both } from "../visit.ts";
import { forObjects, hasAll, keyword } from "./keyword.ts";
import type { Keyword } from "./keyword.ts";

/** `additionalProperties` applies to what the other two do not name. */
const members: Keyword = {
  names: ["properties", "patternProperties", "additionalProperties"],
  make: ({ properties = {}, patternProperties = {}, additionalProperties: others }) => {
    if (!isObject(properties) || !isObject(patternProperties)) return undefined;
    const patterns = Object.entries(patternProperties);
    return forObjects((value, visit) =>
      visit.every(visit.keysOf(value), (key) => {
        const item = value[key] ?? null;
        const schema = member(properties, key);
        const named =
          schema === undefined
            ? undefined
            : visit.below(schema, key, item, () => `Property "${key}" does not match schema.`);
        const matched = patterns.length === 0 ? undefined : byPattern(patterns, key, item, visit);
        if (named !== undefined || matched !== undefined || others === undefined) {
          return both(named ?? "fits", matched ?? "fits");
        }
        return visit.below(
          others,
          key,
          item,
          () => `Property "${key}" does not match additional properties schema.`,
        );
      }),
    );
  },
};

/** What the schemas of the patterns that match a name say; `undefined` if none matches. */
const byPattern = (
  patterns: ReadonlyArray<readonly [pattern: string, schema: Json]>,
  key: string,
  value: Json,
  visit: Visit,
): Verdict | undefined => {
  let verdict: Verdict | undefined;
  for (const [pattern, schema] of patterns) {
    const isMatch = matches(pattern, key, visit.run.budget);
    if (isMatch === undefined) {
      // The pattern may match, so what applies to other members does not apply to this one.
      visit.evaluated?.keys.add(key);
      verdict = both(verdict ?? "fits", "unknown");
    } else if (isMatch) {
      const problem = () =>
        `Property "${key}" matches pattern "${pattern}" but does not match associated schema.`;
      verdict = both(verdict ?? "fits", visit.below(schema, key, value, problem));
    }
  }
  return verdict;
};

const required = (names: Json): Check | undefined =>
  isArray(names)
    ? forObjects((value, visit) => {
        return hasAll(names, value, visit, (name) => {
          return `Instance does not have required property "${name}".`;
        });
      })
    : undefined;

const size =
  (fits: (size: number, limit: number) => boolean, words: string) =>
  (limit: Json, schema: JsonObject): Check | undefined =>
    typeof limit === "number"
      ? forObjects((value, visit) =>
          visit.expect(
            fits(visit.keysOf(value).length, limit),
            () => exactlyOne(schema) ?? `Instance does not have at ${words} ${limit} properties.`,
          ),
        )
      : undefined;

/** The problem of an object that must have one of its properties and no second, such as a oneOf input of GraphQL. */
const exactlyOne = ({ minProperties, maxProperties, properties }: JsonObject): string | undefined =>
  minProperties === 1 && maxProperties === 1 && isObject(properties)
    ? `expected exactly one of ${shorten(Object.keys(properties).join(", "), maxNames)}.`
    : undefined;

const maxNames = 400;

/** Keywords about the members of objects, except the one that needs what all others have looked at. */
export const objectKeywords: ReadonlyArray<Keyword> = [
  keyword("required", required),
  keyword(
    "minProperties",
    size((length, limit) => length >= limit, "least"),
  ),
  keyword(
    "maxProperties",
    size((length, limit) => length <= limit, "most"),
  ),
  keyword("propertyNames", (schema) =>
    forObjects((value, visit) =>
      visit.every(visit.keysOf(value), (key) =>
        schema === false
          ? visit.misfit(() => `Property name "${key}" does not match schema.`)
          : visit.run.visit(schema, key, visit.report?.below(key), undefined),
      ),
    ),
  ),
  members,
];

export const unevaluatedProperties = keyword("unevaluatedProperties", (schema) =>
  forObjects((value, visit) =>
    visit.every(visit.keysOf(value), (key) =>
      visit.evaluated?.has(key) === true
        ? "fits"
        : visit.below(
            schema,
            key,
            value[key] ?? null,
            () => `Property "${key}" does not match unevaluated properties schema.`,
          ),
    ),
  ),
);
