import { Schema } from "effect";
import { httpFieldValue, httpToken } from "./http-grammar.ts";
import { SecretReference } from "./secret-reference.ts";

/** Names that the sandbox's `tools` object and the daemon itself use. */
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

export const SourceKind = Schema.Literal("openapi", "mcp", "graphql", "executor").annotations({
  identifier: "SourceKind",
});
export type SourceKind = typeof SourceKind.Type;

/** What is given here may be a credential, so a refused value is never repeated in the answer. */
const credential = (literal: Schema.Schema<string>, message: string) =>
  Schema.Union(literal, SecretReference).annotations({
    message: () => ({ message, override: true }),
  });

const HeaderValue = credential(
  Schema.String.pipe(Schema.pattern(httpFieldValue)),
  `A header's value is one line of Latin-1 characters, or { "secret": "NAME", "prefix": "Bearer " }.`,
);

const EnvironmentValue = credential(
  Schema.String,
  `An environment variable's value is a text, or { "secret": "NAME" }.`,
);

/** The names are checked here: a record leaves out the keys that its key's schema refuses. */
const Headers = Schema.Record({ key: Schema.String, value: HeaderValue }).pipe(
  Schema.annotations({
    message: () => 'Headers are an object of names and values, such as { "X-Api-Key": "…" }.',
  }),
  Schema.filter(
    (headers) =>
      Object.keys(headers).every((name) => httpToken.test(name)) ||
      "A header's name is letters, digits and hyphens, such as X-Api-Key.",
  ),
);

/** How an MCP server is spoken to; `stdio` where `command` is given, else streamable HTTP with SSE as the fallback. */
export const McpTransport = Schema.Literal("http", "sse", "stdio").annotations({
  identifier: "McpTransport",
});

/** How a source is reached: what the operator gave when adding it. Never shown whole: `headers` may hold credentials. */
export class SourceSettings extends Schema.Class<SourceSettings>("SourceSettings")({
  /** Where the description is: an `http:`, `https:` or `file:` URL. Absent where `document` was given. */
  url: Schema.optional(Schema.String),
  /** The description itself, as text. It is read once and not stored. */
  document: Schema.optional(Schema.String),
  /** Where calls go, in place of what the description says. */
  baseUrl: Schema.optional(Schema.String),
  /** Sent with every call, and with the request for the description where `baseUrl` has the same origin. */
  headers: Schema.optionalWith(Headers, {
    default: () => ({}),
  }),
  /** MCP servers only. */
  transport: Schema.optional(McpTransport),
  /** The program of an MCP server that is spoken to over stdio, found by PATH or as a path. */
  command: Schema.optional(Schema.NonEmptyString),
  /** The program's arguments. */
  args: Schema.optional(Schema.Array(Schema.String)),
  /** The program's environment, beside PATH, HOME and the few others that programs need. */
  env: Schema.optional(Schema.Record({ key: Schema.String, value: EnvironmentValue })),
  /** Where the program starts. */
  cwd: Schema.optional(Schema.NonEmptyString),
  /** Milliseconds for one call. */
  timeoutMs: Schema.optionalWith(Schema.Int.pipe(Schema.between(1, 600_000)), {
    default: () => 30_000,
  }),
}) {}

/** A source's settings as its plugin sees them: secrets in place of their names, for use and never for keeping or showing. */
export interface ResolvedSettings extends Omit<SourceSettings, "headers" | "env"> {
  readonly headers: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What an operator gives to add a source. */
export class NewSource extends Schema.Class<NewSource>("NewSource")({
  namespace: Namespace,
  kind: SourceKind,
  /** In place of the title that the description has. */
  name: Schema.optional(Schema.NonEmptyString),
  ...SourceSettings.fields,
}) {}

/** A source as operators see it. */
export class Source extends Schema.Class<Source>("Source")({
  namespace: Namespace,
  kind: SourceKind,
  name: Schema.String,
  /** Where calls go; `null` for the built-in source. */
  url: Schema.NullOr(Schema.String),
  enabled: Schema.Boolean,
  toolCount: Schema.Int,
  /** Names of the headers sent with every call; their values are write-only. */
  headerNames: Schema.Array(Schema.String),
  /** When the description was last read. */
  refreshedAt: Schema.NullOr(Schema.DateTimeUtc),
  /** Why the last refresh failed; the tools are then those of the refresh before it. */
  lastError: Schema.NullOr(Schema.String),
}) {}
