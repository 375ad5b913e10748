import type { Json } from "@executor/sdk";
import { isArray, isObject } from "@executor/plugin-kit";

/**
 * The keywords that are kept, by what their value must be (JSON Schema 2020-12, Core and Validation). A keyword with another
 * value is left out, so that one mistake in a description does not spoil a tool. Left out altogether: examples, extensions, XML
 * and discriminators, which tell an agent nothing that it needs, and `$id`, `$anchor` and `$dynamicRef`, which would give
 * `$ref` another meaning.
 */
export const schemaKeywords: ReadonlySet<string> = new Set([
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

export const schemaListKeywords: ReadonlySet<string> = new Set([
  "allOf",
  "anyOf",
  "oneOf",
  "prefixItems",
]);

export const schemaMapKeywords: ReadonlySet<string> = new Set([
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/** Values are kept as they are, so that they must not be nested beyond what can be written as JSON later. */
const isShallow = (value: Json, depth = 0): boolean =>
  typeof value !== "object" ||
  value === null ||
  (depth < 50 && Object.values(value).every((item: Json) => isShallow(item, depth + 1)));

const isString = (value: Json): boolean => typeof value === "string";
const isNumber = (value: Json): boolean => typeof value === "number";
const isBoolean = (value: Json): boolean => typeof value === "boolean";
const isCount = (value: Json): boolean => Number.isInteger(value) && Number(value) >= 0;
const isStrings = (value: Json): boolean => isArray(value) && value.every(isString);

const typeNames: ReadonlySet<string> = new Set([
  "array",
  "boolean",
  "integer",
  "null",
  "number",
  "object",
  "string",
]);
const isTypeName = (value: Json): boolean => typeof value === "string" && typeNames.has(value);

/** Validators compile patterns with the `u` flag and throw at one that does not. */
export const isPattern = (value: Json): boolean => {
  if (typeof value !== "string") return false;
  try {
    return new RegExp(value, "u") instanceof RegExp;
  } catch {
    return false;
  }
};

export const valueKeywords: ReadonlyMap<string, (value: Json) => boolean> = new Map([
  ["const", (value: Json) => isShallow(value)],
  ["contentEncoding", isString],
  ["contentMediaType", isString],
  ["default", (value: Json) => isShallow(value)],
  ["dependentRequired", (value: Json) => isObject(value) && Object.values(value).every(isStrings)],
  ["deprecated", isBoolean],
  ["description", isString],
  ["enum", (value: Json) => isArray(value) && value.length > 0 && isShallow(value)],
  ["exclusiveMaximum", isNumber],
  ["exclusiveMinimum", isNumber],
  ["format", isString],
  ["maxContains", isCount],
  ["maximum", isNumber],
  ["maxItems", isCount],
  ["maxLength", isCount],
  ["maxProperties", isCount],
  ["minContains", isCount],
  ["minimum", isNumber],
  ["minItems", isCount],
  ["minLength", isCount],
  ["minProperties", isCount],
  ["multipleOf", (value: Json) => typeof value === "number" && value > 0],
  ["pattern", isPattern],
  ["readOnly", isBoolean],
  ["required", isStrings],
  ["title", isString],
  ["type", (value: Json) => isTypeName(value) || (isArray(value) && value.every(isTypeName))],
  ["uniqueItems", isBoolean],
  ["writeOnly", isBoolean],
]);
