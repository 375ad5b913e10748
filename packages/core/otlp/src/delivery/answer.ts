import { readFields } from "./protobuf-reader.ts";

/** What a receiver says about a request that it took: `ExportMetricsPartialSuccess`. */
export interface PartialSuccess {
  readonly rejected: number;
  /** One line; `""` for none. */
  readonly message: string;
}

const maxMessageLength = 300;

/** Reads `ExportMetricsServiceResponse` in either encoding; a body that is none says nothing. */
export const readPartialSuccess = (contentType: string, body: Uint8Array): PartialSuccess => {
  if (isJson(contentType)) {
    const partial = member(parseJson(body), "partialSuccess");
    return {
      rejected: toCount(member(partial, "rejectedDataPoints")),
      message: oneLine(member(partial, "errorMessage")),
    };
  }
  if (!isProtobuf(contentType)) return { rejected: 0, message: "" };
  let rejected = 0;
  let message = "";
  for (const [field, value] of readFields(body)) {
    if (field !== 1 || typeof value === "bigint") continue;
    for (const [inner, content] of readFields(value)) {
      if (inner === 1 && typeof content === "bigint") rejected = toCount(content);
      if (inner === 2 && typeof content !== "bigint") message = oneLine(decode(content));
    }
  }
  return { rejected, message };
};

/** The reason in a refusal: the message of a `google.rpc.Status`, or the text itself; one line, `""` for none. */
export const readRefusal = (contentType: string, body: Uint8Array): string => {
  if (isJson(contentType)) {
    const parsed = parseJson(body);
    return oneLine(member(parsed, "message") ?? member(parsed, "error") ?? decode(body));
  }
  if (!isProtobuf(contentType)) return oneLine(decode(body));
  for (const [field, value] of readFields(body)) {
    if (field === 2 && typeof value !== "bigint") return oneLine(decode(value));
  }
  return "";
};

const isJson = (contentType: string): boolean => /^application\/json\b/i.test(contentType);
const isProtobuf = (contentType: string): boolean =>
  /^application\/x-protobuf\b/i.test(contentType);

const decoder = new TextDecoder();
const decode = (bytes: Uint8Array): string => decoder.decode(bytes);

const parseJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(decode(body));
  } catch {
    return undefined;
  }
};

const member = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(key)
    : undefined;

const toCount = (value: unknown): number => {
  const count = Number(value);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
};

/** What a receiver says goes to the log: no line of its own, no control characters, and not without end. */
const oneLine = (text: unknown): string =>
  typeof text === "string"
    ? text
        .replaceAll(/[\p{C}\s]+/gu, " ")
        .trim()
        .slice(0, maxMessageLength)
        .toWellFormed()
    : "";
