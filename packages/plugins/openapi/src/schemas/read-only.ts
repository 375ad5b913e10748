import type { Json, JsonObject } from "@executor/sdk";
import { isArray, member } from "@executor/plugin-kit";
import type { References } from "../document/references.ts";

/** Parts of one schema's `allOf` that are searched, more than any valid schema has. */
const maxParts = 200;

/**
 * The names of `required` that requests need: those of `readOnly` properties are left out, also where `whole`, the schema or the
 * one whose `allOf` it is part of, has them through a reference or another part. OpenAPI 3.0 means that replies have them.
 * Here one schema serves requests and replies.
 */
export const sentNames = (
  required: ReadonlyArray<Json>,
  whole: JsonObject,
  { follow }: Pick<References, "follow">,
): ReadonlyArray<Json> => {
  const parts = new Set([whole]);
  for (const part of parts) {
    const list = member(part, "allOf");
    const referred = follow(part);
    if (referred !== undefined && parts.size < maxParts) parts.add(referred);
    for (const each of isArray(list) ? list : []) {
      const next = follow(each);
      if (next !== undefined && parts.size < maxParts) parts.add(next);
    }
  }
  const properties = [...parts].map((part) => member(part, "properties"));
  return required.filter(
    (name) =>
      typeof name !== "string" ||
      !properties.some((each) => follow(member(each, name))?.["readOnly"] === true),
  );
};
