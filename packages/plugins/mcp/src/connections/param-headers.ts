import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member } from "@executor/plugin-kit";
import { Buffer } from "node:buffer";

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

/** What is wrong with the headers that a schema names, for which a client must not use the tool; `undefined` for nothing. */
export const headerFault = (inputSchema: JsonObject): string | undefined => {
  const names = new Set<string>();
  const visit = (schema: Json, isProperty: boolean, depth: number): string | undefined => {
    if (isArray(schema)) return firstOf(schema, (each) => visit(each, false, depth + 1));
    if (!isObject(schema) || depth > maxSchemaDepth) return undefined;
    const header = member(schema, "x-mcp-header");
    if (header !== undefined) {
      const name = typeof header === "string" ? header.toLowerCase() : "";
      if (!token.test(name)) return "names no header";
      if (!isProperty || !isPrimitive(member(schema, "type")))
        return "is not at a text, integer or boolean";
      if (names.has(name)) return "names a header twice";
      names.add(name);
    }
    return firstOf(Object.entries(schema), ([keyword, value]) =>
      keyword === "properties" && isObject(value) && (isProperty || depth === 0)
        ? firstOf(Object.values(value), (each) => visit(each, true, depth + 1))
        : keyword === "x-mcp-header" || literal.has(keyword)
          ? undefined
          : visit(value, false, depth + 1),
    );
  };
  return visit(inputSchema, false, 0);
};

const maxSchemaDepth = 64;

/** Keywords whose value is no schema. */
const literal: ReadonlySet<string> = new Set(["const", "default", "enum", "examples"]);

const isPrimitive = (type: Json | undefined): boolean =>
  type === "string" || type === "integer" || type === "boolean";

const firstOf = <A>(
  list: ReadonlyArray<A>,
  find: (item: A) => string | undefined,
): string | undefined => {
  for (const item of list) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
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
