import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member } from "@executor/plugin-kit";

/** Objects within objects that are looked at, and headers of one call. */
const maxDepth = 8;
const maxHeaders = 32;

/** A token (RFC 9110, section 5.6.2). */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * The headers that repeat arguments of a call, for the proxies on its way: those of properties whose schema names one as `x-mcp-header`
 * (MCP 2026-07-28, "Custom Headers from Tool Parameters").
 */
export const paramHeaders = (
  inputSchema: JsonObject,
  input: JsonObject,
): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {};
  let count = 0;
  const visit = (schema: Json | undefined, value: Json | undefined, depth: number): void => {
    const properties = member(schema, "properties");
    if (!isObject(properties) || !isObject(value) || depth > maxDepth) return;
    for (const [name, property] of Object.entries(properties)) {
      const given = member(value, name);
      const header = member(property, "x-mcp-header");
      const text = textOf(given);
      if (typeof header === "string" && token.test(header) && text !== undefined) {
        count += 1;
        if (count <= maxHeaders) headers[`Mcp-Param-${header}`] = fieldValue(text);
      }
      visit(property, given, depth + 1);
    }
  };
  visit(inputSchema, input, 0);
  return headers;
};

const textOf = (value: Json | undefined): string | undefined => {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" && (!Number.isInteger(value) || Number.isSafeInteger(value))
    ? String(value)
    : undefined;
};

/** Text that a header can hold as it is; any other goes in base64, and what looks like that too. */
const fieldValue = (text: string): string =>
  /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text)
    ? text
    : `=?base64?${Buffer.from(text).toString("base64")}?=`;
