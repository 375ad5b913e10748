import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";

/** The description is not usable: not JSON or YAML, of another kind, or of a version that is not supported. */
export class InvalidSourceDocument extends Schema.TaggedError<InvalidSourceDocument>()(
  "InvalidSourceDocument",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 422 }),
) {}

/** The description could not be fetched or read. */
export class SourceUnreachable extends Schema.TaggedError<SourceUnreachable>()(
  "SourceUnreachable",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 502 }),
) {}

/** The description is larger than the daemon's limit. */
export class SourceDocumentTooLarge extends Schema.TaggedError<SourceDocumentTooLarge>()(
  "SourceDocumentTooLarge",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 413 }),
) {}

/** Reason why a source could not be loaded. */
export const SourceLoadError = Schema.Union(
  InvalidSourceDocument,
  SourceUnreachable,
  SourceDocumentTooLarge,
);
export type SourceLoadError = typeof SourceLoadError.Type;

export class SourceNotFound extends Schema.TaggedError<SourceNotFound>()(
  "SourceNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}

/** The namespace is taken by another source, or reserved. */
export class NamespaceUnavailable extends Schema.TaggedError<NamespaceUnavailable>()(
  "NamespaceUnavailable",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 409 }),
) {}

/** This app has no plugin for the kind, or the kind is the built-in one. */
export class UnsupportedSourceKind extends Schema.TaggedError<UnsupportedSourceKind>()(
  "UnsupportedSourceKind",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 422 }),
) {}

/** The built-in source is part of the daemon: it cannot be removed or refreshed. */
export class BuiltInSource extends Schema.TaggedError<BuiltInSource>()(
  "BuiltInSource",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 409 }),
) {}
