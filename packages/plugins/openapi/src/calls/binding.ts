import { Schema } from "effect";
import { Method } from "./methods.ts";

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
  /** May be a file: `{ filename, contentType, base64 }`, or base64 alone unless it is `mixed`. */
  file: Schema.Boolean,
  /** May be something else than a file, too. */
  mixed: Schema.optionalWith(Schema.Boolean, { default: () => false }),
});
export type FieldBinding = typeof FieldBinding.Type;

const JsonKind = Schema.Literal("object", "array", "string", "number", "boolean", "null");
export type JsonKind = typeof JsonKind.Type;

/** What a member of a body has to be, if it is there, for its media type to take the body. */
export const MemberBinding = Schema.Struct({
  name: Schema.String,
  kinds: Schema.Array(JsonKind),
  /** The texts that it may be; `null` for any. */
  values: Schema.NullOr(Schema.Array(Schema.String)),
});
export type MemberBinding = typeof MemberBinding.Type;

/** One media type that a body can be sent in. */
export const BodyBinding = Schema.Struct({
  kind: Schema.Literal("json", "form", "multipart", "text", "binary"),
  /** As it is sent, or a range such as `image/*`, of which the file or the caller names a type. */
  contentType: Schema.String,
  fields: Schema.Array(FieldBinding),
  /** The kinds of JSON value that the body's schema takes. */
  kinds: Schema.optionalWith(Schema.Array(JsonKind), { default: () => JsonKind.literals }),
  /** Names that an object has to have. */
  required: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }),
  /** Members of an object that tell JSON types from each other. */
  members: Schema.optionalWith(Schema.Array(MemberBinding), { default: () => [] }),
  /** The body is or may be a file, whatever its kind. */
  bytes: Schema.optionalWith(Schema.Boolean, { default: () => false }),
});
export type BodyBinding = typeof BodyBinding.Type;

/** The media types of a body, in the order of preference. */
const Bodies = Schema.Struct({
  offers: Schema.Array(BodyBinding),
  /** The property of the tool's input that names the media type, where there is a choice. */
  key: Schema.NullOr(Schema.String),
});

/** Everything that a call of an operation needs. The sdk stores it as JSON with the tool. */
export const Binding = Schema.Struct({
  method: Method,
  /** The path template, such as `/repos/{owner}/{repo}`. */
  path: Schema.String,
  /** The operation's server if it is not the source's URL. */
  server: Schema.NullOr(Schema.String),
  /** The `accept` header if it is not the default one. */
  accept: Schema.NullOr(Schema.String),
  parameters: Schema.Array(ParameterBinding),
  /** Tools that were stored before there was a choice have one media type. */
  body: Schema.NullOr(Schema.Union(Bodies, BodyBinding)),
});
export type Binding = typeof Binding.Type;
