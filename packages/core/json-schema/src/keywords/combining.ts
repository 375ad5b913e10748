import { isArray, isObject, member } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Check, Run, Verdict, Visit } from "../visit.ts";
import { choiceOf } from "./discriminator.ts";
import { forObjects, hasAll, keyword } from "./keyword.ts";
import type { Keyword } from "./keyword.ts";

const reference =
  (find: (schema: JsonObject, reference: string, run: Run) => Json | undefined) =>
  (parameter: Json, schema: JsonObject, run: Run): Check | undefined => {
    const target = typeof parameter === "string" ? find(schema, parameter, run) : undefined;
    return target === undefined ? undefined : (visit) => visit.same(target, visit.report);
  };

const dynamicReference = reference((schema, target, run) =>
  run.references.findDynamic(schema, target, run.budget),
);

const listOf =
  (check: (schemas: ReadonlyArray<Json>, visit: Visit) => Verdict) =>
  (parameter: Json): Check | undefined =>
    isArray(parameter) ? (visit) => check(parameter, visit) : undefined;

/** How many schemas of a list fit, and how many may; without a need for all, one that fits ends the count. */
const count = (schemas: ReadonlyArray<Json>, visit: Visit) => {
  let fits = 0;
  let unknown = 0;
  for (const schema of schemas) {
    const verdict = visit.same(schema, undefined);
    if (verdict === "fits") fits += 1;
    if (verdict === "unknown") unknown += 1;
    if (fits > 0 && visit.evaluated === undefined && visit.report === undefined) break;
  }
  return { fits, unknown };
};

const reportEach = (schemas: ReadonlyArray<Json>, visit: Visit): void => {
  if (visit.report === undefined) return;
  for (const schema of schemas) visit.same(schema, visit.report);
};

const anyOf = (schemas: ReadonlyArray<Json>, visit: Visit): Verdict => {
  const { fits, unknown } = count(schemas, visit);
  if (fits > 0) return "fits";
  if (unknown > 0) return "unknown";
  reportEach(schemas, visit);
  return schemas.length > 0 ? "misfits" : "unknown";
};

/** What a member of an object needs beside it: other members, or a schema that the whole object fits. */
const dependent = (parameter: Json): Check | undefined =>
  isObject(parameter)
    ? forObjects((value, visit) =>
        visit.every(visit.keysOf(value), (key) => {
          const needed = member(parameter, key);
          if (needed === undefined) return "fits";
          if (!isArray(needed)) return visit.same(needed, visit.report);
          return hasAll(needed, value, visit, (other) => {
            return `Instance has "${key}" but does not have "${other}".`;
          });
        }),
      )
    : undefined;

const conditional: Keyword = {
  names: ["if"],
  make:
    ({ if: condition = true, then = true, else: otherwise = true }) =>
    (visit) => {
      const verdict = visit.same(condition, undefined);
      if (verdict === "unknown") return "unknown";
      return visit.same(verdict === "fits" ? then : otherwise, visit.report);
    },
};

/** Keywords that apply other schemas to the same value. */
export const combiningKeywords: ReadonlyArray<Keyword> = [
  keyword("dependentRequired", dependent),
  keyword(
    "$ref",
    reference((schema, target, run) => run.references.find(schema, target, run.budget)),
  ),
  keyword("$dynamicRef", dynamicReference),
  keyword("$recursiveRef", dynamicReference),
  keyword(
    "allOf",
    listOf((schemas, visit) => visit.every(schemas, (schema) => visit.same(schema, visit.report))),
  ),
  keyword("anyOf", choiceOf(anyOf)),
  // Descriptions mean "one of these" and seldom exclude each other: an object without required properties fits two of them.
  keyword("oneOf", choiceOf(anyOf)),
  keyword("not", (schema) => (visit) => {
    const verdict = visit.run.again(schema, visit.value, undefined, undefined);
    if (verdict === "unknown") return "unknown";
    return visit.expect(verdict === "misfits", () => 'Instance matched "not" schema.');
  }),
  conditional,
  keyword("dependentSchemas", dependent),
  keyword("dependencies", dependent),
];
