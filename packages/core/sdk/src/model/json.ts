import { Schema } from "effect";

/** A value that JSON text can hold. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** Any JSON value. Checks only that there is one, and not what is in it: for values that come from JSON text. */
export const Json: Schema.Schema<Json, unknown> = Schema.Unknown.pipe(
  Schema.filter((value): value is Json => value !== undefined, { jsonSchema: {} }),
);

/** Value of a JSON text. Throws a `ParseError` where the text is not JSON: for text that the product itself has written. */
export const parseJson: (text: string) => Json = Schema.decodeSync(Schema.parseJson(Json));

/** Whether a value is an object, and neither a list nor `null`; its members are not checked. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A JSON object whose members are not described further, such as a JSON Schema. */
export const JsonObject: Schema.Schema<JsonObject> = Schema.declare(isJsonObject, {
  identifier: "JsonObject",
  jsonSchema: { type: "object" },
});
