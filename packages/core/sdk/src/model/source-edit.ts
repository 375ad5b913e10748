import { Schema } from "effect";
import { apiError } from "./api-error.ts";
import { SourceFilter } from "./description.ts";
import { EnvironmentChanges, HeaderChanges, McpTransport, SourceSettings } from "./source.ts";

/**
 * Changes of a source. A field that is absent stays as it is, and `null` removes what the source has (RFC 7396). The names of its
 * tools and its policies stay.
 */
export const SourceEdit = Schema.Struct({
  name: Schema.optional(Schema.NonEmptyString),
  /** Whether its tools are listed and can be called. */
  enabled: Schema.optional(Schema.Boolean),
  /** The URL of the description, or of an MCP server. */
  url: Schema.optional(Schema.NonEmptyString),
  /** The description's text, for a source that was added as text and has to be read again. */
  document: SourceSettings.fields.document,
  baseUrl: Schema.optional(Schema.NullOr(Schema.String)),
  /** A value for each header to set, `null` for one to remove; the others stay. */
  headers: Schema.optional(HeaderChanges),
  transport: Schema.optional(Schema.NullOr(McpTransport)),
  command: SourceSettings.fields.command,
  args: SourceSettings.fields.args,
  /** A value for each variable to set, `null` for one to remove; the others stay. */
  env: Schema.optional(EnvironmentChanges),
  cwd: Schema.optional(Schema.NullOr(Schema.NonEmptyString)),
  timeoutMs: Schema.optional(Schema.Int.pipe(Schema.between(1, 600_000))),
  only: Schema.optional(Schema.NullOr(SourceFilter)),
  overlay: Schema.optional(Schema.NullOr(Schema.String)),
  checkInputs: Schema.optional(Schema.Boolean),
  reviewNewWrites: Schema.optional(Schema.Boolean),
  traceContext: Schema.optional(Schema.Boolean),
}).annotations({ identifier: "SourceEdit" });
export type SourceEdit = typeof SourceEdit.Type;

/** The changes do not fit the source. */
export class InvalidSourceEdit extends apiError<InvalidSourceEdit>()("InvalidSourceEdit", 422) {}
