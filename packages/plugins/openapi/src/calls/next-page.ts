import { redacted } from "@executor/sdk";
import type { Json, JsonObject, ToolCall } from "@executor/sdk";
import { fromEntries } from "@executor/plugin-kit";
import type { Binding, ParameterBinding } from "./binding.ts";
import { parameterValue } from "./parameter-value.ts";

/** URLs of a call: of the link to its next page, of the request, and of the reply, which is another one after redirects. */
export interface PageUrls {
  readonly target: string;
  readonly requestUrl: string;
  readonly replyUrl: string;
}

/**
 * The input of the call that a link to the next page stands for: the call's own input with the link's query in it, in the types
 * of the tool's schema. `null` where no input of the tool leads there: the link is for another resource, changes nothing, or has
 * a query parameter that the tool does not know.
 */
export const nextInput = (
  binding: Binding,
  { input, inputSchema, url }: Pick<ToolCall, "input" | "inputSchema" | "url">,
  { replyUrl, requestUrl, target }: PageUrls,
): JsonObject | null => {
  const link = URL.parse(target);
  const request = URL.parse(requestUrl);
  if (link === null || request === null) return null;
  const isSame = [request, URL.parse(replyUrl)].some(
    (known) => known !== null && isSameResource(binding.path, link, known),
  );
  if (!isSame) return null;
  // The query of the server's own URL is sent with every call.
  const fixed = new Set(queryOf(URL.parse(binding.server ?? url)).keys());
  const sent = queryOf(request);
  const wanted = queryOf(link);
  const next = new Map<string, Json>(Object.entries(input));
  let isChanged = false;
  for (const name of new Set([...sent.keys(), ...wanted.keys()])) {
    const values = wanted.get(name) ?? [];
    if (fixed.has(name) || isEqual(values, sent.get(name) ?? [])) continue;
    const parameter = binding.parameters.find((each) => each.in === "query" && each.name === name);
    if (parameter === undefined) return null;
    if (!assign(next, parameter, values, inputSchema)) return null;
    isChanged = true;
  }
  return isChanged ? fromEntries(next) : null;
};

const assign = (
  next: Map<string, Json>,
  parameter: ParameterBinding,
  values: ReadonlyArray<string>,
  inputSchema: JsonObject,
): boolean => {
  if (values.length === 0) return next.delete(parameter.key);
  if (values.some((value) => value.includes(redacted))) return false;
  const value = parameterValue(parameter, values, inputSchema);
  if (value !== undefined) next.set(parameter.key, value);
  return value !== undefined;
};

/**
 * Whether a link is for the resource that a URL names. Servers behind a proxy write `http` for `https`. A path may also be
 * another name of the same resource, as at GitHub (`/repositories/7/issues` for `/repos/a/b/issues`): it then ends in the same
 * words and does not fit the template, of which it would be another instance.
 */
const isSameResource = (template: string, link: URL, known: URL): boolean => {
  if (link.host !== known.host) return false;
  const path = segments(link.pathname);
  if (isEqual(path, segments(known.pathname))) return true;
  const written = segments(template.replace(/[?#].*$/s, ""));
  const end = path.slice(-written.length);
  const isVariable = (segment: string): boolean => segment.includes("{");
  const fits =
    end.length === written.length &&
    written.every((segment, index) => isVariable(segment) || segment === end[index]);
  const words = written.slice(written.findLastIndex(isVariable) + 1);
  return !fits && words.length > 0 && isEqual(words, path.slice(-words.length));
};

const segments = (path: string): ReadonlyArray<string> =>
  path
    .split("/")
    .filter((segment) => segment !== "")
    .map(decodeSegment);

const decodeSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** Values by names, in the order of the URL. */
const queryOf = (url: URL | null): ReadonlyMap<string, ReadonlyArray<string>> => {
  const query = new Map<string, Array<string>>();
  for (const [name, value] of url?.searchParams ?? []) {
    const values = query.get(name);
    if (values === undefined) query.set(name, [value]);
    else values.push(value);
  }
  return query;
};

const isEqual = (one: ReadonlyArray<string>, other: ReadonlyArray<string>): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index]);
