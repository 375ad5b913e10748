import type { JsonObject } from "../model/json.ts";
import { isJsonObject } from "../model/json.ts";

/** What a client names of a source: the source's namespace, and the name or URI that the source itself uses. */
export interface OfferingName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The URI, or template of URIs, by which clients know a source's: the source's own, whole and unchanged, behind the source. So what a
 * client makes of a template (RFC 6570) is what the source would have made, and no two sources have the same.
 *
 * The template `file:///notes/{name}` of the source `files` is `executor://files/file:///notes/{name}`.
 */
export const resourceUri = (namespace: string, uri: string): string =>
  `executor://${namespace}/${uri}`;

/** The name by which clients know a source's prompt, such as `github.review`. */
export const promptName = (namespace: string, name: string): string => `${namespace}.${name}`;

/** Namespaces have one spelling: there is no other way to name a source. */
const resourceFormat = /^executor:\/\/([a-z][a-z0-9_]*)\/(.+)$/s;
const promptFormat = /^([a-z][a-z0-9_]*)\.(.+)$/s;

/** The source and its own URI; `undefined` if this is no URI of {@link resourceUri}. */
export const readResourceUri = (uri: string): OfferingName | undefined => read(resourceFormat, uri);

/** The source and its own name of a prompt; `undefined` if this is no name of {@link promptName}. */
export const readPromptName = (name: string): OfferingName | undefined => read(promptFormat, name);

const read = (format: RegExp, given: string): OfferingName | undefined => {
  const [, namespace, name] = format.exec(given) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
};

/** A content block of a source as clients may use it: resources in it have the URIs by which clients can read them. */
export const clientBlock = (namespace: string, block: JsonObject): JsonObject => {
  const { resource, type, uri } = block;
  if (type === "resource_link" && typeof uri === "string") {
    return { ...block, uri: resourceUri(namespace, uri) };
  }
  if (type !== "resource" || !isJsonObject(resource)) return block;
  const { uri: own } = resource;
  return typeof own === "string"
    ? { ...block, resource: { ...resource, uri: resourceUri(namespace, own) } }
    : block;
};
