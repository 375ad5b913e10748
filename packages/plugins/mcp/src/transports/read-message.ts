import { isJsonObject, type JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import type { JSONRPCMessage } from "@modelcontextprotocol/client";

/** A line as a message of JSON-RPC; `undefined` for any other line, since programs also write banners to their output. */
export const readMessage = (line: string): JSONRPCMessage | undefined => {
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? toMessage(value) : undefined;
  } catch {
    return undefined;
  }
};

/** A message with only the members that its kind has, and without those that are `null`. */
export const toMessage = (value: JsonObject): JSONRPCMessage | undefined => {
  const id = member(value, "id");
  const hasId = typeof id === "string" || typeof id === "number";
  const method = member(value, "method");
  if (typeof method === "string") {
    const params = member(value, "params");
    const request = isJsonObject(params) ? { method, params: withoutNullMeta(params) } : { method };
    return hasId ? { jsonrpc: "2.0", id, ...request } : { jsonrpc: "2.0", ...request };
  }
  if (!hasId) return undefined;
  const error = member(value, "error");
  const code = member(error, "code");
  if (typeof code === "number") {
    const said = member(error, "message");
    const message = typeof said === "string" ? said : "The server gave no message.";
    return { jsonrpc: "2.0", id, error: { code, message, data: member(error, "data") } };
  }
  const result = member(value, "result");
  return { jsonrpc: "2.0", id, result: isJsonObject(result) ? withoutNullMeta(result) : {} };
};

const withoutNullMeta = ({ _meta: meta = null, ...others }: JsonObject): Record<string, unknown> =>
  meta === null ? others : { ...others, _meta: meta };
