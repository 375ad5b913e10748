import { Schema } from "effect";

/** A value that JSON text can hold. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** Any JSON value. Checks no deeper than that there is one: use it on what JSON text was parsed to. */
export const Json: Schema.Schema<Json, unknown> = Schema.Unknown.pipe(
  Schema.filter((value): value is Json => value !== undefined, { jsonSchema: {} }),
);

/** What JSON text says. Throws a `ParseError` where the text is none: for text that the product has written itself. */
export const parseJson: (text: string) => Json = Schema.decodeSync(Schema.parseJson(Json));

/** A JSON object whose members are not described further, such as a JSON Schema. */
export const JsonObject: Schema.Schema<JsonObject> = Schema.declare(
  (value): value is JsonObject =>
    typeof value === "object" && value !== null && !Array.isArray(value),
  { identifier: "JsonObject", jsonSchema: { type: "object" } },
);
