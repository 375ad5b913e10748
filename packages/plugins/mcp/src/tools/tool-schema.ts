import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member } from "@executor/plugin-kit";

/** Schemas within schemas that are looked at, and how many in all. */
const maxDepth = 64;
const maxSchemas = 20_000;

const isString = (value: Json): boolean => typeof value === "string";
const isNumber = (value: Json): boolean =>
  typeof value === "number" || (typeof value === "string" && /^-?\d{16,}$/.test(value));
const isBoolean = (value: Json): boolean => typeof value === "boolean";
const isCount = (value: Json): boolean => Number.isInteger(value) && Number(value) >= 0;
const isStrings = (value: Json): boolean => isArray(value) && value.every(isString);
const typeName = /^(array|boolean|integer|null|number|object|string)$/;
const isTypeName = (value: Json): boolean => typeof value === "string" && typeName.test(value);
const isSchema = (value: Json): boolean => isObject(value) || typeof value === "boolean";

const each = (is: (value: Json) => boolean, ...keywords: ReadonlyArray<string>) =>
  keywords.map((keyword) => [keyword, is] as const);

/** What the values of keywords are: by JSON Schema 2020-12, and by older drafts where the check of inputs knows their meaning too. */
const keywords: ReadonlyMap<string, (value: Json) => boolean> = new Map([
  ...each((value) => isTypeName(value) || (isArray(value) && value.every(isTypeName)), "type"),
  ...each(isNumber, "minimum", "maximum"),
  ...each((value) => isNumber(value) || isBoolean(value), "exclusiveMinimum", "exclusiveMaximum"),
  ...each((value) => typeof value === "number" && value > 0, "multipleOf"),
  ...each(isCount, "minLength", "maxLength", "minItems", "maxItems", "minProperties"),
  ...each(isCount, "maxProperties", "minContains", "maxContains"),
  ...each(isString, "pattern", "$ref"),
  ...each(isStrings, "required"),
  ...each(isArray, "enum", "allOf", "anyOf", "oneOf", "prefixItems"),
  ...each(isSchema, "not", "if", "then", "else", "contains", "propertyNames"),
  ...each(isSchema, "additionalProperties", "unevaluatedProperties", "unevaluatedItems"),
  ...each(isSchema, "additionalItems"),
  ...each((value) => isSchema(value) || isArray(value), "items"),
  ...each(isObject, "properties", "patternProperties", "dependentSchemas", "dependentRequired"),
  ...each(isObject, "dependencies", "$defs", "definitions"),
  ...each(isBoolean, "uniqueItems"),
]);

/** Keywords whose value is a schema or a list of schemas, and those whose value has schemas by names. */
const nested =
  "items prefixItems additionalItems additionalProperties contains not if then else allOf anyOf oneOf propertyNames unevaluatedProperties unevaluatedItems".split(
    " ",
  );
const nestedByName =
  "properties patternProperties dependentSchemas dependencies $defs definitions".split(" ");

export interface MendedSchema {
  readonly schema: JsonObject;
  /** Keywords that are used in a way that no draft knows. A check of inputs skips them, and the server judges. */
  readonly unknown: ReadonlyArray<string>;
}

/**
 * A tool's schema as its inputs are checked. A property that has a default is not required, at any depth: SDKs write a schema of what a
 * tool gets after defaults are filled in, and take calls without them.
 */
export const mendSchema = (schema: JsonObject): MendedSchema => {
  const unknown = new Set<string>();
  let left = maxSchemas;

  const all = (value: Json, depth: number): Json => {
    if (isArray(value)) return mapped(value, (item) => one(item, depth));
    return one(value, depth);
  };

  const one = (value: Json, depth: number): Json =>
    isObject(value) && depth < maxDepth ? mend(value, depth) : value;

  const mend = (value: JsonObject, depth: number): JsonObject => {
    left -= 1;
    if (left < 0) return value;
    const changes: Array<readonly [string, Json]> = [];
    const put = (keyword: string, next: Json): void => {
      if (next !== value[keyword]) changes.push([keyword, next]);
    };
    for (const [keyword, parameter] of Object.entries(value)) {
      if (keywords.get(keyword)?.(parameter) === false) unknown.add(keyword);
    }
    for (const keyword of nested) {
      if (Object.hasOwn(value, keyword)) put(keyword, all(value[keyword] ?? null, depth + 1));
    }
    for (const keyword of nestedByName) {
      const schemas = member(value, keyword);
      if (isObject(schemas))
        put(
          keyword,
          byName(schemas, (item) => one(item, depth + 1)),
        );
    }
    const { properties, required } = value;
    if (isArray(required)) {
      const kept = required.filter((name) => !hasDefault(properties, name));
      if (kept.length < required.length) changes.push(["required", kept]);
    }
    return changes.length === 0 ? value : { ...value, ...Object.fromEntries(changes) };
  };

  return { schema: mend(schema, 0), unknown: [...unknown] };
};

const hasDefault = (properties: Json | undefined, name: Json): boolean =>
  typeof name === "string" && member(member(properties, name), "default") !== undefined;

/** A list or an object with other values; the same one where all are the same. */
const mapped = (list: ReadonlyArray<Json>, f: (item: Json) => Json): ReadonlyArray<Json> => {
  const next = list.map(f);
  return next.every((item, index) => item === list[index]) ? list : next;
};

const byName = (object: JsonObject, f: (item: Json) => Json): JsonObject => {
  const next = Object.entries(object).map(([name, item]) => [name, f(item)] as const);
  return next.every(([name, item]) => item === object[name]) ? object : Object.fromEntries(next);
};
