import { preview } from "../canonical.ts";
import { isArray, isObject, member } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Check, Run, Verdict, Visit } from "../visit.ts";

/** A member of the value that names which of a list of schemas it fits (OpenAPI, "Discriminator Object"). */
interface Discriminator {
  readonly property: string;
  /** References of the schemas by the values that name them. */
  readonly targets: ReadonlyMap<string, string>;
  /** Whether no schema of the list lacks a name. */
  readonly namesAll: boolean;
}

/** A schema is named by the mapping, and without it by the last part of its reference. */
const discriminatorOf = (
  schema: JsonObject,
  schemas: ReadonlyArray<Json>,
): Discriminator | undefined => {
  const discriminator = schema["discriminator"];
  if (!isObject(discriminator)) return undefined;
  const property = member(discriminator, "propertyName");
  if (typeof property !== "string") return undefined;
  const targets = new Map<string, string>();
  const mapping = member(discriminator, "mapping");
  for (const [value, target] of isObject(mapping) ? Object.entries(mapping) : []) {
    if (typeof target !== "string") continue;
    targets.set(value, target.includes("#") ? target : `#/$defs/${target}`);
  }
  const mapped = new Set(targets.values());
  let namesAll = true;
  for (const each of schemas) {
    const reference = isObject(each) ? member(each, "$ref") : undefined;
    if (typeof reference !== "string") namesAll = false;
    else if (!mapped.has(reference)) {
      targets.set(reference.slice(reference.lastIndexOf("/") + 1), reference);
    }
  }
  return { property, targets, namesAll };
};

/**
 * A list of schemas of which one is to fit: the one that a discriminator names where there is one, else any. `check` decides
 * where the discriminator does not: its member is missing, or what it names is not found.
 */
export const choiceOf =
  (check: (schemas: ReadonlyArray<Json>, visit: Visit) => Verdict) =>
  (schemas: Json, schema: JsonObject, { budget }: Run): Check | undefined => {
    if (!isArray(schemas)) return undefined;
    const discriminator = discriminatorOf(schema, schemas);
    if (discriminator === undefined) return (visit) => check(schemas, visit);
    budget.take(schemas.length + discriminator.targets.size);
    return (visit) => decide(discriminator, schema, visit) ?? check(schemas, visit);
  };

const decide = (
  { namesAll, property, targets }: Discriminator,
  schema: JsonObject,
  visit: Visit,
): Verdict | undefined => {
  const named = isObject(visit.value) ? member(visit.value, property) : undefined;
  if (typeof named !== "string") return undefined;
  const reference = targets.get(named);
  if (reference === undefined) {
    if (!namesAll) return undefined;
    visit.report
      ?.below(property)
      .add(() => `Instance does not match any of ${preview([...targets.keys()])}.`);
    return "misfits";
  }
  const { references, budget } = visit.run;
  const target = references.find(schema, reference, budget);
  return target === undefined ? undefined : visit.same(target, visit.report);
};
