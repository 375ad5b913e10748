import { readExactJson } from "@executor/sdk";
import type { Json, JsonObject } from "@executor/sdk";
import { Schema } from "effect";

/** Value of a JSON text that strangers wrote. The left side is the parser's message. */
export const readJson = readExactJson;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isArray = (value: Json | undefined): value is ReadonlyArray<Json> =>
  Array.isArray(value);

/** An object's own property by a name that a peer chose: `constructor` and other inherited names are never found. */
export const member = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** The values in a list or an object. `Object.values` of a long list takes minutes. */
export const childrenOf = (value: Json): ReadonlyArray<Json> => {
  if (isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
};

/** The trimmed string; `undefined` for empty strings and values of other types. */
export const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** An object from keys that may be any text: `__proto__` becomes an own property like any other key. */
export const fromEntries = (entries: Iterable<readonly [string, Json]>): JsonObject =>
  Object.fromEntries(entries);

/**
 * A decoder for the bindings that a plugin stored with its tools. A plugin reads back only what it wrote itself, so any other
 * value is a broken invariant and throws a `ParseError`. Results are cached for as long as the stored object lives, which is
 * as long as the sdk keeps the tool in use.
 */
export const bindingReader = <A extends object, I>(
  schema: Schema.Schema<A, I>,
): ((stored: Json) => A) => {
  const decode = Schema.decodeUnknownSync(schema);
  const decoded = new WeakMap<object, A>();
  return (stored) => {
    if (typeof stored !== "object" || stored === null) return decode(stored);
    const known = decoded.get(stored) ?? decode(stored);
    decoded.set(stored, known);
    return known;
  };
};
