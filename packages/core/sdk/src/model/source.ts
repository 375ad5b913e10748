import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";
import { apiError } from "./api-error.ts";
import { SourceFilter, SourceWarning } from "./description.ts";
import { PassingFailure, SourceState } from "./source-state.ts";
import { looksLikeToken } from "./token-like.ts";

/** Name of a header or a cookie: "token" of RFC 9110, section 5.6.2. */
export const httpToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Value of a header: no control character but the tab, and nothing beyond Latin-1 (RFC 9110, section 5.5, "field-value"). */
export const httpFieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

export const SecretName = Schema.String.pipe(
  Schema.pattern(/^[A-Za-z][\w.-]{0,99}$/, {
    message: () =>
      "A secret's name is 1 to 100 letters, digits, dots, hyphens and underscores, beginning with a letter, such as github-token.",
  }),
  Schema.brand("SecretName"),
  Schema.annotations({ identifier: "SecretName" }),
);
export type SecretName = typeof SecretName.Type;

/** Replaces the value of a header or an environment variable: the value of a secret, after `prefix` if there is one. */
export const SecretReference = Schema.Struct({
  secret: SecretName,
  /** Such as `Bearer `, with its space. */
  prefix: Schema.optional(Schema.String.pipe(Schema.maxLength(64), Schema.pattern(httpFieldValue))),
}).annotations({ identifier: "SecretReference" });
export type SecretReference = typeof SecretReference.Type;

/** Names that the sandbox's `tools` object and the daemon use themselves. */
export const reservedNamespaces: ReadonlySet<string> = new Set([
  "executor",
  "search",
  "describe",
  "then",
  "constructor",
  "prototype",
  "__proto__",
]);

/** The first segment of every tool of a source. */
export const Namespace = Schema.String.pipe(
  Schema.pattern(/^[a-z][a-z0-9_]{0,62}$/, {
    message: () =>
      "A namespace is 1 to 63 lower-case letters, digits and underscores, beginning with a letter, such as github.",
  }),
  Schema.brand("Namespace"),
  Schema.annotations({ identifier: "Namespace" }),
);
export type Namespace = typeof Namespace.Type;

/** Namespace of the daemon's own tools, such as `executor.tools.search`. */
export const builtInNamespace = Namespace.make("executor");

export const SourceKind = Schema.Literal("openapi", "mcp", "graphql", "executor").annotations({
  identifier: "SourceKind",
});
export type SourceKind = typeof SourceKind.Type;

/** The value may be a credential, so the error never repeats it. */
const credential = <A extends string | null>(literal: Schema.Schema<A>, message: string) =>
  Schema.Union(literal, SecretReference).annotations({
    message: () => ({ message, override: true }),
  });

/** The names are checked by a filter: a record omits keys that the schema of its keys refuses. */
const headersOf = <A extends string | null>(literal: Schema.Schema<A>, more: string) =>
  Schema.Record({
    key: Schema.String,
    value: credential(
      literal,
      `A header's value is one line of Latin-1 characters, or { "secret": "NAME", "prefix": "Bearer " }.${more}`,
    ),
  }).pipe(
    Schema.annotations({
      message: () => 'Headers are an object of names and values, such as { "X-Api-Key": "…" }.',
    }),
    Schema.filter(
      (headers) =>
        Object.keys(headers).every((name) => httpToken.test(name)) ||
        "A header's name is letters, digits and hyphens, such as X-Api-Key.",
    ),
  );

const environmentOf = <A extends string | null>(literal: Schema.Schema<A>, more: string) =>
  Schema.Record({
    key: Schema.String,
    value: credential(
      literal,
      `An environment variable's value is a text, or { "secret": "NAME" }.${more}`,
    ),
  });

const HeaderText = Schema.String.pipe(Schema.pattern(httpFieldValue));
const Headers = headersOf(HeaderText, "");
const orRemoved = " null removes it.";
/** Headers to set, and `null` for those to remove. */
export const HeaderChanges = headersOf(Schema.NullOr(HeaderText), orRemoved);
/** Variables to set, and `null` for those to remove. */
export const EnvironmentChanges = environmentOf(Schema.NullOr(Schema.String), orRemoved);

/** Transport of an MCP server; by default `stdio` if `command` is given, else streamable HTTP with SSE as the fallback. */
export const McpTransport = Schema.Literal("http", "sse", "stdio").annotations({
  identifier: "McpTransport",
});

/** Settings by which a source is reached, as the operator gave them. Never shown whole: `headers` may hold credentials. */
export class SourceSettings extends Schema.Class<SourceSettings>("SourceSettings")({
  /** URL of the description: `http:`, `https:` or `file:`. Absent if `document` was given. */
  url: Schema.optional(Schema.String),
  /** Text of the description. It is read once and not stored. */
  document: Schema.optional(Schema.String),
  /** URL that calls are sent to, instead of the one in the description. */
  baseUrl: Schema.optional(Schema.String),
  /** Sent with every call, and with the request for the description where `baseUrl` has the same origin. */
  headers: Schema.optionalWith(Headers, {
    default: () => ({}),
  }),
  /** MCP servers only. */
  transport: Schema.optional(McpTransport),
  /** Program of an MCP server over stdio: a name on PATH, or a path. */
  command: Schema.optional(Schema.NonEmptyString),
  /** The program's arguments. */
  args: Schema.optional(Schema.Array(Schema.String)),
  /** Additions to the program's environment, which has PATH, HOME and the few other variables that programs need. */
  env: Schema.optional(environmentOf(Schema.String, "")),
  /** Directory that the program starts in. */
  cwd: Schema.optional(Schema.NonEmptyString),
  /** Milliseconds that one call may take. */
  timeoutMs: Schema.optionalWith(Schema.Int.pipe(Schema.between(1, 600_000)), {
    default: () => 30_000,
  }),
  /** Only these operations become tools. */
  only: Schema.optional(SourceFilter),
  /** Text of an OpenAPI Overlay 1.0 document that mends the description each time it is read. */
  overlay: Schema.optional(Schema.String),
  /** Whether inputs are checked against their schemas before they are sent. */
  checkInputs: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  /** Whether tools that write, and that a refresh adds, wait until the operator has looked at them. */
  reviewNewWrites: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  /** Whether the source is told the trace that a call is part of. */
  traceContext: Schema.optionalWith(Schema.Boolean, { default: () => true }),
}) {}

/** Settings as a plugin sees them: with the secrets' values, which it must neither keep nor show. */
export interface ResolvedSettings extends Omit<
  SourceSettings,
  "headers" | "env" | "checkInputs" | "reviewNewWrites" | "traceContext"
> {
  readonly headers: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Settings of a source to add. */
export class NewSource extends Schema.Class<NewSource>("NewSource")({
  namespace: Namespace,
  kind: SourceKind,
  /** Replaces the title in the description. */
  name: Schema.optional(Schema.NonEmptyString),
  ...SourceSettings.fields,
}) {}

/** A source as operators see it. */
export class Source extends Schema.Class<Source>("Source")({
  namespace: Namespace,
  kind: SourceKind,
  name: Schema.String,
  /** URL that calls are sent to; `null` for the built-in source. */
  url: Schema.NullOr(Schema.String),
  enabled: Schema.Boolean,
  /** Tools that can be called. */
  toolCount: Schema.Int,
  /** Further tools, which wait for the operator's review. */
  pendingToolCount: Schema.Int,
  /** Names of the headers sent with every call; their values are write-only. */
  headerNames: Schema.Array(Schema.String),
  /** Time at which the description was last read. */
  refreshedAt: Schema.NullOr(Schema.DateTimeUtc),
  /** Whether it can be used; if not, why and since when. */
  state: SourceState,
  /** Reason why the last refresh failed; the tools are then those of the refresh before it. */
  lastError: Schema.NullOr(Schema.String),
  /** Parts of the description that are not used as they are written. */
  warningCount: Schema.Int,
}) {}

/** A source with everything that operators may see of it. */
export class SourceDetails extends Source.extend<SourceDetails>("SourceDetails")({
  /** URL of the description or the server; `null` for one that was added as text, and for a program. */
  descriptionUrl: Schema.NullOr(Schema.String),
  /** URL that the operator set in place of the description's own. */
  baseUrl: Schema.NullOr(Schema.String),
  transport: Schema.NullOr(McpTransport),
  /** Names of the variables set for the program; their values are write-only. */
  envNames: Schema.Array(Schema.String),
  timeoutMs: Schema.Int,
  only: Schema.NullOr(SourceFilter),
  /** Whether an overlay is applied to the description. */
  hasOverlay: Schema.Boolean,
  checkInputs: Schema.Boolean,
  reviewNewWrites: Schema.Boolean,
  traceContext: Schema.Boolean,
  /** How the source wants to be used, in its own words; `null` where it does not say. */
  instructions: Schema.NullOr(Schema.String),
  /** The first 100 warnings; where there are more, a last entry `more_warnings` counts them by their codes. */
  warnings: Schema.Array(SourceWarning),
}) {}

/**
 * A URL as people may see it: without a user name, password or query, which may hold credentials, and with no more than the first four
 * characters of the tokens and UUIDs in its path, which some servers take for one.
 */
export const shownUrl = (url: string): string =>
  url
    .replace(/^(https?:\/\/)[^/?#]*@/i, "$1")
    .replace(/^(https?:[^?#]*)[?#].*$/is, "$1")
    .replace(
      /^(https?:\/\/[^/]*)(\/.*)$/is,
      (_, origin: string, path: string) => origin + path.split("/").map(shownSegment).join("/"),
    );

const shownSegment = (segment: string): string =>
  looksLikeToken(segment) || uuid.test(segment) ? `${segment.slice(0, 4)}…` : segment;

const uuid = /^[\da-f]{8}(-?[\da-f]{4}){3}-?[\da-f]{12}$/i;

/** The description is not usable: not JSON or YAML, of another kind, or of a version that is not supported. */
export class InvalidSourceDocument extends apiError<InvalidSourceDocument>()(
  "InvalidSourceDocument",
  422,
) {}

/** The description could not be fetched or read. */
export class SourceUnreachable extends Schema.TaggedError<SourceUnreachable>()(
  "SourceUnreachable",
  {
    message: Schema.String,
    /** Present where another try may work: a server with such a failure can be added, and is asked again. */
    code: Schema.optional(PassingFailure),
  },
  HttpApiSchema.annotations({ status: 502 }),
) {}

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
