import type { Json, JsonObject } from "@executor/sdk";
import { isArray, member, text } from "@executor/plugin-kit";
import type { Tell } from "./places.ts";

/** The document's servers, https first: credentials had better not go over http where there is a choice. */
export const documentServers = (
  root: JsonObject,
  documentUrl: string | undefined,
  tell: Tell,
): Json => {
  const given = schemesOf(root);
  const host = text(member(root, "host"));
  const read = schemeOf(documentUrl);
  if (host !== undefined && given.length === 0 && read === undefined) {
    tell(
      "swagger_schemes",
      "The description names neither `schemes` nor the URL that it was read from. Calls go over https; a base URL says otherwise.",
      "/host",
    );
  }
  const schemes = given.length > 0 ? given : [read ?? "https"];
  if (host !== undefined) return schemes.map((scheme) => serverAt(scheme, host, root));
  const base = text(member(root, "basePath")) ?? "/";
  const own =
    documentUrl === undefined || read === undefined ? undefined : new URL(documentUrl).host;
  if (own === undefined || read === undefined || schemes.includes(read)) return [{ url: base }];
  return schemes.map((scheme) => serverAt(scheme, own, root));
};

/** The servers of an operation with schemes of its own, unless the document's first server is among them. */
export const operationServers = (
  root: JsonObject,
  operation: JsonObject,
  documentUrl: string | undefined,
  unusable: () => void,
): Json | undefined => {
  const own = schemesOf(operation);
  const used = schemesOf(root)[0] ?? schemeOf(documentUrl) ?? "https";
  if (own.length === 0 || own.includes(used)) return undefined;
  const host = text(member(root, "host"));
  if (host !== undefined) return own.map((scheme) => serverAt(scheme, host, root));
  unusable();
  return undefined;
};

const serverAt = (scheme: string, host: string, root: JsonObject): JsonObject => ({
  url: `${scheme}://${host}${(text(member(root, "basePath")) ?? "").replace(/^(?=[^/])/, "/")}`,
});

const schemesOf = (value: JsonObject): ReadonlyArray<string> => {
  const schemes = member(value, "schemes");
  return isArray(schemes)
    ? schemes
        .filter((scheme) => typeof scheme === "string")
        .toSorted((a, b) => Number(b === "https") - Number(a === "https"))
    : [];
};

const schemeOf = (url: string | undefined): string | undefined =>
  /^(https?):/i.exec(url ?? "")?.[1]?.toLowerCase();
