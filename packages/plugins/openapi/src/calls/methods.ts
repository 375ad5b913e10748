import type { ToolAnnotations } from "@executor/sdk";
import { destructiveTool, readOnlyTool, writingTool } from "@executor/plugin-kit";
import { Schema } from "effect";

/**
 * The methods that requests are sent with: those that OpenAPI has members for, and those of RFCs that `fetch` sends as they are
 * written. Of others, Bun's makes a GET.
 */
export const Method = Schema.Literal(
  ...(["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "QUERY"] as const),
  ...([
    "ACL",
    "BIND",
    "CHECKOUT",
    "COPY",
    "LINK",
    "LOCK",
    "M-SEARCH",
    "MERGE",
    "MKACTIVITY",
  ] as const),
  ...([
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "NOTIFY",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "REBIND",
  ] as const),
  ...(["REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "UNBIND", "UNLINK", "UNLOCK"] as const),
  ...(["UNSUBSCRIBE"] as const),
);
export type Method = typeof Method.Type;

export const isMethod = Schema.is(Method);

/** Annotations by method (RFC 9110, section 9.2): a PUT replaces, the effect of a POST or PATCH is open, and that of others unknown. */
export const annotationsByMethod = (method: Method): ToolAnnotations =>
  byMethod[method] ?? destructiveTool;

const byMethod: Partial<Record<Method, ToolAnnotations>> = {
  GET: readOnlyTool,
  HEAD: readOnlyTool,
  OPTIONS: readOnlyTool,
  QUERY: readOnlyTool,
  POST: writingTool,
  PATCH: writingTool,
};
