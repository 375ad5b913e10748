import { Schema } from "effect";

export const ParameterPlace = Schema.Literal("path", "query", "header", "cookie");
export type ParameterPlace = typeof ParameterPlace.Type;

/** How a parameter is written. `style` and `explode` are OpenAPI's, with the defaults filled in. */
export const ParameterBinding = Schema.Struct({
  /** The property of the tool's input. */
  key: Schema.String,
  /** The parameter's name in the request. */
  name: Schema.String,
  in: ParameterPlace,
  style: Schema.String,
  explode: Schema.Boolean,
  allowReserved: Schema.Boolean,
  /** Written as JSON text: the description gives `content` and no style. */
  json: Schema.Boolean,
});
export type ParameterBinding = typeof ParameterBinding.Type;

/** How a form field is written if the description says so. */
export const FieldBinding = Schema.Struct({
  name: Schema.String,
  style: Schema.NullOr(Schema.String),
  explode: Schema.NullOr(Schema.Boolean),
  allowReserved: Schema.Boolean,
  contentType: Schema.NullOr(Schema.String),
  /** Given as `{ filename, contentType, base64 }`. */
  file: Schema.Boolean,
});
export type FieldBinding = typeof FieldBinding.Type;

export const BodyBinding = Schema.Struct({
  kind: Schema.Literal("json", "form", "multipart", "text", "binary"),
  contentType: Schema.String,
  fields: Schema.Array(FieldBinding),
});
export type BodyBinding = typeof BodyBinding.Type;

/** Everything that a call of an operation needs. The sdk stores it as JSON with the tool. */
export const Binding = Schema.Struct({
  method: Schema.Literal("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"),
  /** The path template, such as `/repos/{owner}/{repo}`. */
  path: Schema.String,
  /** The operation's server if it is not the source's URL. */
  server: Schema.NullOr(Schema.String),
  /** The `accept` header if it is not the default one. */
  accept: Schema.NullOr(Schema.String),
  parameters: Schema.Array(ParameterBinding),
  body: Schema.NullOr(BodyBinding),
});
export type Binding = typeof Binding.Type;
