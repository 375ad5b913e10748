import { Schema } from "effect";

/** A part of a source's description that is not used as it is written, or not at all. */
export const SourceWarning = Schema.Struct({
  /** One of a small fixed set of words, such as `reference_not_found`. */
  code: Schema.String,
  /** Says what is not used and what follows from that. */
  message: Schema.String,
  /** Place in the description: a JSON pointer such as `/paths/~1pets/get`, after the document's URL if it is another one. */
  place: Schema.NullOr(Schema.String),
}).annotations({ identifier: "SourceWarning" });
export type SourceWarning = typeof SourceWarning.Type;

/** Which operations of a description become tools: those that every given list takes. A `*` stands for any characters. */
export const SourceFilter = Schema.Struct({
  /** Tags, one of which an operation must have. */
  tags: Schema.optional(Schema.NonEmptyArray(Schema.NonEmptyString)),
  /** Paths, such as `/repos/*`. */
  paths: Schema.optional(Schema.NonEmptyArray(Schema.NonEmptyString)),
  /** Operations by their `operationId`, field or tool name. */
  operations: Schema.optional(Schema.NonEmptyArray(Schema.NonEmptyString)),
}).annotations({ identifier: "SourceFilter" });
export type SourceFilter = typeof SourceFilter.Type;
