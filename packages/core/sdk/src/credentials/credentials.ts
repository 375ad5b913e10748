import { originOf, programOrigin } from "./secret-origin.ts";
import type { SourceKind, SourceSettings } from "../model/source.ts";

/** A value that must neither reach another place than its source's own, nor come back from there into anyone's sight. */
export interface Credential {
  /** As it is sent. */
  readonly whole: string;
  /** The telling part: without a prefix such as `Bearer `. */
  readonly part: string;
}

/**
 * Shorter values are not looked for in texts: they stand there by chance too. The same goes for literal headers and
 * variables whose names do not tell of a credential, such as a version or a media type.
 */
export const minRedactedChars = 8;

const tellsOfCredential = /auth|cookie|credential|key|pass|pwd|secret|session|signature|token/i;

/** A value that an operator gave as it is, where its name says that it is a credential. */
export const literalCredential = (name: string, value: string): ReadonlyArray<Credential> =>
  tellsOfCredential.test(name)
    ? [{ whole: value, part: value.replace(/^[A-Za-z][\w-]* +(?=\S)/, "") }]
    : [];

/**
 * The origin that a source's headers and environment are for: where its plugin sends them. Before an OpenAPI description is
 * read, only `baseUrl` tells; MCP and GraphQL sources are called where the settings say, and MCP servers in spite of any
 * `baseUrl`. `undefined` where that is not known.
 */
export const callOrigin = (
  kind: SourceKind,
  settings: SourceSettings,
  loadedUrl?: string,
): string | undefined => {
  const target = callTarget(kind, settings, loadedUrl);
  return target === undefined ? undefined : originOf(target);
};

const callTarget = (
  kind: SourceKind,
  { baseUrl, command, url }: SourceSettings,
  loadedUrl: string | undefined,
): string | undefined => {
  switch (kind) {
    case "mcp":
      return command === undefined ? url : programOrigin(command);
    case "openapi":
      return loadedUrl ?? baseUrl;
    default:
      return baseUrl ?? url;
  }
};
