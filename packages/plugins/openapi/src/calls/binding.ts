import { Schema } from "effect";

export const ParameterPlace = Schema.Literal("path", "query", "header", "cookie");
export type ParameterPlace = typeof ParameterPlace.Type;

/** How one parameter is written. `style` and `explode` as in OpenAPI, their defaults filled in. */
export const ParameterBinding = Schema.Struct({
  /** The member of the tool's input. */
  key: Schema.String,
  /** The parameter's own name. */
  name: Schema.String,
  in: ParameterPlace,
  style: Schema.String,
  explode: Schema.Boolean,
  allowReserved: Schema.Boolean,
  /** Written as JSON text: the parameter is described by `content` and has no style. */
  json: Schema.Boolean,
});
export type ParameterBinding = typeof ParameterBinding.Type;

/** How one field of a form is written, where the description says so. */
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

const Method = Schema.Literal("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH");

/** What a tool of this kind needs to be called; stored as JSON beside the tool. */
export const Binding = Schema.Struct({
  method: Method,
  /** The path template, such as `/repos/{owner}/{repo}`. */
  path: Schema.String,
  /** Where this operation goes when that is not the source's own URL. */
  server: Schema.NullOr(Schema.String),
  /** The `accept` header, where it is not the usual one. */
  accept: Schema.NullOr(Schema.String),
  parameters: Schema.Array(ParameterBinding),
  body: Schema.NullOr(BodyBinding),
});
export type Binding = typeof Binding.Type;
