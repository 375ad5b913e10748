import { isJsonObject } from "@executor/sdk";
import { Buffer } from "node:buffer";
import { toMessage } from "./read-message.ts";

/** Members of messages that the SDK's transports refuse as `null`, at any depth: what is found is read to know. */
const nullMember = /"(?:_meta|error|id|jsonrpc|method|params|result)"\s*:\s*null/;

/** A message as the SDK's transports take it: without members that are `null`. Nearly all messages have none, and are given as they are. */
export const tidyMessage = (message: Uint8Array): Uint8Array => {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (!bytes.includes("null")) return message;
  const text = bytes.toString();
  return nullMember.test(text) ? Buffer.from(tidied(text)) : message;
};

/** {@link tidyMessage} for the data of server-sent events. */
export const tidyLines = (lines: Uint8Array): Uint8Array => {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  if (!bytes.includes("null")) return lines;
  const text = bytes.toString();
  if (!nullMember.test(text)) return lines;
  return Buffer.from(
    text.replaceAll(/^(data: ?)(.+)$/gm, (_, field: string, data: string) => field + tidied(data)),
  );
};

const tidied = (text: string): string => {
  try {
    const value: unknown = JSON.parse(text);
    const message = isJsonObject(value) ? toMessage(value) : undefined;
    return message === undefined ? text : JSON.stringify(message);
  } catch {
    return text;
  }
};
