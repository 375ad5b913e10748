import { InvalidSourceDocument } from "@executor/sdk";
import type { Json, JsonObject, ResolvedSettings } from "@executor/sdk";
import { isArray, member, pointer, shorten, type Warnings } from "@executor/plugin-kit";
import { Either } from "effect";
import type { Operation } from "../operations/operations.ts";
import type { OpenApiDocument } from "./outline.ts";

/** Where the calls of a source go. */
export interface Servers {
  /** The URL of the source, without a trailing slash. */
  readonly url: string;
  /** The server of an operation by its own or its path item's `servers`; `null` if that is the source's URL. */
  readonly serverOf: (operation: Operation) => string | null;
}

/**
 * The operator's `baseUrl`, otherwise the first usable server of the description with its variables at their defaults. Relative
 * servers, and OpenAPI's default `/`, start at the document's URL. A base URL replaces the description's servers only, also where
 * an operation names them again: servers that an operation or a path item has for itself win. Servers without a usable URL are told, and
 * those that the source's headers are not sent to.
 */
export const makeServers = (
  document: OpenApiDocument,
  settings: ResolvedSettings,
  documentUrl: string | undefined,
  warnings: Warnings,
): Either.Either<Servers, InvalidSourceDocument> => {
  const chosen = settings.baseUrl;
  const servers = member(document.root, "servers");
  const given = isArray(servers) && servers.length > 0 ? servers : [{ url: "/" }];
  const urls = given.map((server) => urlOf(server, documentUrl));
  const base = chosen === undefined ? urls.find(isPresent) : httpUrl(chosen, undefined);
  if (base === undefined) {
    const message =
      chosen === undefined
        ? "The description names no server, or only one relative to its own URL, which is not known. Give a base URL, such as https://api.example.com."
        : `The base URL ${chosen} is not an http or https URL. Correct it.`;
    return Either.left(new InvalidSourceDocument({ message }));
  }
  if (chosen === undefined) tellSkipped(urls, "/servers", warnings);

  const firstOf = (holder: JsonObject, place: string): string | undefined => {
    const own = member(holder, "servers");
    if (!isArray(own) || own.length === 0) return undefined;
    const candidates = own.map((server) => urlOf(server, documentUrl));
    tellSkipped(candidates, `${place}/servers`, warnings);
    return candidates.find(isPresent);
  };

  return Either.right({
    url: base,
    serverOf: ({ operation, pathItem, place }) => {
      const server =
        firstOf(operation, place) ?? firstOf(pathItem.value, pathItem.placeOf("servers"));
      const isReplaced = chosen !== undefined && urls.includes(server);
      if (server === undefined || server === base || isReplaced) return null;
      const { origin } = new URL(server);
      if (origin !== new URL(base).origin && Object.keys(settings.headers).length > 0) {
        warnings.warn(
          "headers_not_sent",
          `Calls of this operation go to its own server ${shorten(origin, 200)}, where the source's headers are not sent.`,
          place,
        );
      }
      return server;
    },
  });
};

/** Tells of the servers before the first one with a usable URL. */
const tellSkipped = (
  urls: ReadonlyArray<string | undefined>,
  place: string,
  warnings: Warnings,
): void => {
  for (const [index, url] of urls.entries()) {
    if (url !== undefined) return;
    warnings.warn(
      "server_unusable",
      "The server has no http or https URL, or one with a variable without a default, so it is not used.",
      place + pointer(index),
    );
  }
};

const isPresent = (url: string | undefined): url is string => url !== undefined;

const urlOf = (server: Json, documentUrl: string | undefined): string | undefined => {
  const template = member(server, "url");
  return typeof template === "string"
    ? httpUrl(fillIn(template, member(server, "variables")), documentUrl)
    : undefined;
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
