/** A value that JSON text can hold. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject;

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
export const typeOf = (value: Json): string =>
  value === null ? "null" : isArray(value) ? "array" : typeof value;
