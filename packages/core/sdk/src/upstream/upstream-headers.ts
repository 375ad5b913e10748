import { httpFieldValue, httpToken } from "../model/http-grammar.ts";

/** Headers by name, in lower case. */
export type UpstreamHeaders = Readonly<Record<string, string>>;

/** Sent on after a redirect to another origin. Everything else may be a credential. */
const originIndependent: ReadonlySet<string> = new Set(["accept", "accept-language", "user-agent"]);

/** One set of headers, names in lower case; `overriding` wins over `headers`. */
export const mergeHeaders = (
  headers: Readonly<Record<string, string>>,
  overriding: Readonly<Record<string, string>>,
): UpstreamHeaders => {
  const merged = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) merged.set(name.toLowerCase(), value);
  for (const [name, value] of Object.entries(overriding)) merged.set(name.toLowerCase(), value);
  return Object.fromEntries(merged);
};

/** The name of a header that cannot be sent as it is, because its name or value breaks HTTP's grammar. */
export const findUnsendableHeader = (headers: UpstreamHeaders): string | undefined =>
  Object.keys(headers).find(
    (name) => !httpToken.test(name) || !httpFieldValue.test(headers[name] ?? ""),
  );

/** The headers that follow a redirect: all within an origin, else only those that tell nothing about the caller. */
export const headersAfterRedirect = (
  headers: UpstreamHeaders,
  from: URL,
  to: URL,
): UpstreamHeaders =>
  from.origin === to.origin
    ? headers
    : Object.fromEntries(Object.entries(headers).filter(([name]) => originIndependent.has(name)));

/** The headers but for those of these names. */
export const withoutHeaders = (
  headers: UpstreamHeaders,
  names: ReadonlyArray<string>,
): UpstreamHeaders =>
  names.length === 0
    ? headers
    : Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
