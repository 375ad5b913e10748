import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member } from "@executor/plugin-kit";
import { keywords } from "./keywords.ts";

/** Keywords that exclude values and are not read. */
const unread: ReadonlySet<string> = new Set([
  "$dynamicRef",
  "$recursiveRef",
  "additionalItems",
  "dependencies",
  "divisibleBy",
]);

/** A keyword that says what a value must be, and is not used: it is not known, or its value cannot mean anything. */
export interface IgnoredKeyword {
  readonly keyword: string;
  readonly isKnown: boolean;
}

/** The keywords of a schema that are ignored. Those that only describe, such as `example`, are none of them. */
export const ignoredKeywords = (schema: JsonObject): ReadonlyArray<IgnoredKeyword> =>
  Object.keys(schema)
    .filter((keyword) => unread.has(keyword) || !isUsable(keyword, schema[keyword] ?? null))
    .map((keyword) => ({ keyword, isKnown: !unread.has(keyword) }));

const isUsable = (keyword: string, value: Json): boolean => {
  if (keyword === "discriminator") return typeof member(value, "propertyName") === "string";
  // OpenAPI 3.0 has flags for exclusive bounds.
  if (keyword.startsWith("exclusive") && typeof value === "boolean") return true;
  const kind = keywords.get(keyword);
  if (typeof kind === "function") return kind(value);
  if (kind === "map") return isObject(value);
  if (kind === "list") return isArray(value) && value.length > 0;
  return kind === undefined || isObject(value) || isArray(value) || typeof value === "boolean";
};
