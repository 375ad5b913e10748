import { isJsonObject, type Json } from "../../model/json.ts";
import { isList } from "./places.ts";

/** Levels of nesting of what is shown whole. */
const maxDepth = 60;

/** Gives the reference of a `$ref` as it is shown. */
export type ShowReference = (reference: string) => string;

/** A value with its references as they are shown. Its nesting is bounded by a successful {@link textSize}. */
export const shown = (value: Json, showReference: ShowReference): Json => {
  if (isList(value)) return value.map((item) => shown(item, showReference));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "$ref" && typeof member === "string"
        ? showReference(member)
        : shown(member, showReference),
    ]),
  );
};

/**
 * Characters of the JSON text of a value as it is shown, or infinity where they are more than `limit` or the value is nested
 * more than 60 levels deep. Takes time for at most `limit` characters, and one text.
 */
export const textSize = (
  value: Json,
  limit: number,
  showReference: ShowReference,
  depth = 0,
): number => {
  if (typeof value === "string") {
    return value.length > limit ? Number.POSITIVE_INFINITY : within(quoted(value), limit);
  }
  if (typeof value !== "object" || value === null) return within(String(value).length, limit);
  if (depth > maxDepth) return Number.POSITIVE_INFINITY;
  let size = 2;
  const add = (name: number, member: Json): boolean => {
    size += (size > 2 ? 1 : 0) + name;
    if (size <= limit) size += textSize(member, limit - size, showReference, depth + 1);
    return size <= limit;
  };
  if (isList(value)) value.every((item) => add(0, item));
  else if (isJsonObject(value)) {
    Object.keys(value).every((name) => {
      const member = value[name] ?? null;
      const isReference = name === "$ref" && typeof member === "string";
      // A name that is longer than the limit is not quoted, which would take time for all of it.
      const nameSize = name.length > limit ? Number.POSITIVE_INFINITY : quoted(name) + 1;
      return add(nameSize, isReference ? showReference(member) : member);
    });
  }
  return within(size, limit);
};

/** Characters of a text as JSON. */
export const quoted = (text: string): number => JSON.stringify(text).length;

const within = (size: number, limit: number): number =>
  size <= limit ? size : Number.POSITIVE_INFINITY;
