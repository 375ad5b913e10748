import type { ToolResponse, UpstreamResponse } from "@executor/sdk";
import { parseLinks } from "./links.ts";
import { maxHeaderChars, replyHeaders } from "./reply-headers.ts";

/** A reply's status, headers and links for a caller that wants them; `next` is for the plugin to fill in. */
export const replyResponse = ({
  headers: all,
  status,
  url,
}: Pick<UpstreamResponse, "headers" | "status" | "url">): ToolResponse => {
  const { headers, isCut } = replyHeaders(all);
  return {
    status,
    headers,
    links: linksOf(all, url),
    next: null,
    ...(isCut ? { truncated: ["headers"] as const } : {}),
  };
};

/** The first link of each relation, resolved against the URL without its query, which may hold a credential. */
const linksOf = (
  headers: UpstreamResponse["headers"],
  url: string,
): Readonly<Record<string, string>> => {
  const base = url.replace(/[?#].*$/s, "");
  const links = new Map<string, string>();
  for (const { relations, target } of parseLinks(
    (headers["link"] ?? "").slice(0, maxHeaderChars),
  )) {
    const whole = URL.parse(target, base)?.href;
    if (whole === undefined) continue;
    for (const relation of relations) if (!links.has(relation)) links.set(relation, whole);
  }
  return Object.fromEntries(links);
};
