import { isBigInteger, type Json } from "@executor/sdk";
import { childrenOf, isArray, isObject } from "@executor/plugin-kit";

/** Whether a value that is kept as it is can be written as JSON later: it is not nested too deeply. */
const isShallow = (value: Json, depth = 0): boolean =>
  typeof value !== "object" ||
  value === null ||
  (depth < 50 && childrenOf(value).every((item) => isShallow(item, depth + 1)));

const isString = (value: Json): boolean => typeof value === "string";
/** A number, or an integer that is text because a number would round it. */
const isNumber = (value: Json): boolean =>
  typeof value === "number" || (typeof value === "string" && isBigInteger(value));
const isBoolean = (value: Json): boolean => typeof value === "boolean";
const isCount = (value: Json): boolean => Number.isInteger(value) && Number(value) >= 0;
const isStrings = (value: Json): boolean => isArray(value) && value.every(isString);

const typeName = /^(array|boolean|integer|null|number|object|string)$/;
const isTypeName = (value: Json): boolean => typeof value === "string" && typeName.test(value);

/** What a keyword's value is: a schema, a list or an object of schemas, or a value that is kept as it is if it passes the check. */
type Kind = "schema" | "list" | "map" | ((value: Json) => boolean);

const each = (kind: Kind, ...keywords: ReadonlyArray<string>): ReadonlyArray<[string, Kind]> =>
  keywords.map((keyword) => [keyword, kind]);

/**
 * The keywords that are kept, by the type of their value (JSON Schema 2020-12, Core and Validation). A keyword with a value of
 * another type is dropped, so that one mistake in a description does not spoil a tool. Always dropped: examples, extensions,
 * and XML, which agents do not need, and `$id`, `$anchor` and `$dynamicRef`, which change the meaning of `$ref`.
 */
export const keywords: ReadonlyMap<string, Kind> = new Map([
  ...each("schema", "additionalProperties", "contains", "else", "if", "items", "not"),
  ...each("schema", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"),
  ...each("list", "allOf", "anyOf", "oneOf", "prefixItems"),
  ...each("map", "dependentSchemas", "patternProperties", "properties"),
  ...each(isString, "contentEncoding", "contentMediaType", "description", "format"),
  ...each(isString, "pattern", "title"),
  ...each(isNumber, "exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"),
  ...each(isCount, "maxContains", "maxItems", "maxLength", "maxProperties"),
  ...each(isCount, "minContains", "minItems", "minLength", "minProperties"),
  ...each(isBoolean, "deprecated", "readOnly", "uniqueItems", "writeOnly"),
  ...each((value) => isShallow(value), "const", "default"),
  ...each((value) => isArray(value) && value.length > 0 && isShallow(value), "enum"),
  ...each((value) => isTypeName(value) || (isArray(value) && value.every(isTypeName)), "type"),
  ...each((value) => isObject(value) && Object.values(value).every(isStrings), "dependentRequired"),
  ...each((value) => typeof value === "number" && value > 0, "multipleOf"),
  ...each(isStrings, "required"),
]);
