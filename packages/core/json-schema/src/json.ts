/** A value that JSON text can hold. A `bigint` is an integer beyond 2^53, which callers give as text in its digits. */
export type Json = null | boolean | number | bigint | string | ReadonlyArray<Json> | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

export const isArray = (value: Json | undefined): value is ReadonlyArray<Json> =>
  Array.isArray(value);

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object's own member: a schema may name `constructor`, and a value may lack it. */
export const member = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** The kind of a value, as the keyword `type` names it; `integer` is a `number`. */
export const typeOf = (value: Json): string => {
  if (value === null) return "null";
  if (isArray(value)) return "array";
  return typeof value === "bigint" ? "number" : typeof value;
};
