import { InvalidSourceDocument } from "@executor/sdk";
import type { Json, ResolvedSettings } from "@executor/sdk";
import { isArray, member } from "@executor/plugin-kit";
import { Either } from "effect";
import type { Operation } from "../operations/operations.ts";
import type { OpenApiDocument } from "./outline.ts";

/**
 * The URL that calls go to, without a trailing slash: the operator's `baseUrl`, otherwise the first usable server of the
 * description with its variables at their defaults. Relative servers, and OpenAPI's default `/`, start at the document's URL.
 */
export const baseUrl = (
  document: OpenApiDocument,
  settings: ResolvedSettings,
  documentUrl: string | undefined,
): Either.Either<string, InvalidSourceDocument> => {
  const chosen = settings.baseUrl;
  const servers = member(document.root, "servers");
  const given = isArray(servers) && servers.length > 0 ? servers : [{ url: "/" }];
  const base = chosen === undefined ? firstUsable(given, documentUrl) : httpUrl(chosen, undefined);
  const message =
    chosen === undefined
      ? "The description names no server, or only one relative to its own URL, which is not known. Give a base URL, such as https://api.example.com."
      : `The base URL ${chosen} is not an http or https URL. Correct it.`;
  return Either.fromNullable(base, () => new InvalidSourceDocument({ message }));
};

/** The server of an operation by its own or its path item's `servers`; `null` if that is the source's URL. */
export const operationServer = (
  { operation, pathItem }: Pick<Operation, "operation" | "pathItem">,
  base: string,
  settings: ResolvedSettings,
  documentUrl: string | undefined,
): string | null => {
  if (settings.baseUrl !== undefined) return null;
  const server =
    firstUsable(member(operation, "servers"), documentUrl) ??
    firstUsable(member(pathItem.value, "servers"), documentUrl);
  return server === undefined || server === base ? null : server;
};

const firstUsable = (
  servers: Json | undefined,
  documentUrl: string | undefined,
): string | undefined => {
  for (const server of isArray(servers) ? servers : []) {
    const template = member(server, "url");
    if (typeof template !== "string") continue;
    const url = httpUrl(fillIn(template, member(server, "variables")), documentUrl);
    if (url !== undefined) return url;
  }
  return undefined;
};

/** The template with its variables at their defaults. A variable without one stays in braces, which make the URL unusable. */
const fillIn = (template: string, variables: Json | undefined): string =>
  template.replace(/\{([^}]*)\}/g, (whole, name: string) => {
    const variable = member(variables, name);
    const choices = member(variable, "enum");
    const value = member(variable, "default") ?? (isArray(choices) ? choices[0] : undefined);
    return typeof value === "string" || typeof value === "number" ? String(value) : whole;
  });

const httpUrl = (url: string, documentUrl: string | undefined): string | undefined => {
  if (/[{}]/.test(url)) return undefined;
  const parsed = URL.parse(url.trim(), documentUrl);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
  parsed.hash = "";
  return parsed.search === "" ? parsed.href.replace(/\/+$/, "") : parsed.href;
};
