import { Schema } from "effect";
import { apiError } from "./api-error.ts";

/** The description is not usable: not JSON or YAML, of another kind, or of a version that is not supported. */
export class InvalidSourceDocument extends apiError<InvalidSourceDocument>()(
  "InvalidSourceDocument",
  422,
) {}

/** The description could not be fetched or read. */
export class SourceUnreachable extends apiError<SourceUnreachable>()("SourceUnreachable", 502) {}

/** The description is larger than the daemon's limit. */
export class SourceDocumentTooLarge extends apiError<SourceDocumentTooLarge>()(
  "SourceDocumentTooLarge",
  413,
) {}

/** Reason why a source could not be loaded. */
export const SourceLoadError = Schema.Union(
  InvalidSourceDocument,
  SourceUnreachable,
  SourceDocumentTooLarge,
);
export type SourceLoadError = typeof SourceLoadError.Type;

export class SourceNotFound extends apiError<SourceNotFound>()("SourceNotFound", 404) {}

/** The namespace is taken by another source, or reserved. */
export class NamespaceUnavailable extends apiError<NamespaceUnavailable>()(
  "NamespaceUnavailable",
  409,
) {}

/** This app has no plugin for the kind, or the kind is the built-in one. */
export class UnsupportedSourceKind extends apiError<UnsupportedSourceKind>()(
  "UnsupportedSourceKind",
  422,
) {}

/** The built-in source is part of the daemon: it cannot be removed or refreshed. */
export class BuiltInSource extends apiError<BuiltInSource>()("BuiltInSource", 409) {}
