import { readFields } from "./protobuf-reader.ts";

/** A request that the receiver took, with `ExportMetricsPartialSuccess` of its answer. */
export interface Accepted {
  readonly status: number;
  /** Data points that the receiver left out. */
  readonly rejected: number;
  /** Remark of the receiver in one line; `""` for none. */
  readonly message: string;
}

/** A request that the receiver did not take. */
export interface Failed {
  /** The HTTP status; absent where there was no answer. */
  readonly status: number | undefined;
  /** Value of the label `error.type`: a known status or a fixed word. */
  readonly errorType: string;
  /** Clause that follows "because": no capital letter, no full stop. */
  readonly reason: string;
  readonly retryable: boolean;
  /** Time that the receiver wants to pass before the next request. */
  readonly retryAfterMillis: number;
}

/** An HTTP response, read to its end. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** Statuses after which a request may be repeated (OTLP 1.x, "OTLP/HTTP Response", "Retryable Response Codes"). */
const retryableStatuses = new Set([429, 502, 503, 504]);

/** Statuses that become a label; any other would let the receiver choose label values. */
const knownStatuses = new Set([
  301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 411, 413, 415, 422, 429, 500, 501, 502, 503,
  504,
]);

const advice = new Map([
  [401, "check the headers"],
  [403, "check the headers"],
  [404, "check the address, which usually ends in /v1/metrics"],
  [405, "check the address, which usually ends in /v1/metrics"],
  [415, "check the protocol and the compression"],
]);

export const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Reads `ExportMetricsServiceResponse` in either encoding; any other body is ignored. */
export const readSuccess = ({ status, headers, body }: Answer): Accepted => {
  const type = bodyType(headers);
  if (type === "json") {
    const partial = member(parseJson(body), "partialSuccess");
    const rejected = toCount(member(partial, "rejectedDataPoints"));
    return { status, rejected, message: oneLine(member(partial, "errorMessage")) };
  }
  let rejected = 0;
  let message = "";
  if (type === "x-protobuf") {
    for (const [field, value] of readFields(body)) {
      if (field !== 1 || typeof value === "bigint") continue;
      for (const [inner, content] of readFields(value)) {
        if (inner === 1 && typeof content === "bigint") rejected = toCount(content);
        if (inner === 2 && typeof content !== "bigint") message = oneLine(decode(content));
      }
    }
  }
  return { status, rejected, message };
};

/** Explains a refusal by its status and the receiver's own words. */
export const readRefusal = (answer: Answer, nowMillis: number): Failed => {
  const { status, headers } = answer;
  const quoted = refusalText(answer);
  const details = [
    quoted === "" ? undefined : `"${quoted}"`,
    status >= 300 && status < 400
      ? `redirects are not followed${headers["location"] === undefined ? "" : `, here to ${headers["location"]}`}`
      : advice.get(status),
  ].filter((detail) => detail !== undefined);
  return {
    status,
    errorType: knownStatuses.has(status) ? String(status) : "_OTHER",
    reason: `the receiver answered ${status}${details.length === 0 ? "" : `: ${details.join("; ")}`}`,
    retryable: retryableStatuses.has(status),
    retryAfterMillis: parseRetryAfter(headers["retry-after"], nowMillis),
  };
};

/** No answer or an incomplete one. */
export const unreachable = (cause: unknown): Failed => ({
  status: undefined,
  errorType: "connection_error",
  reason: `there is no connection to the receiver: ${firstSentence(cause)}`,
  retryable: true,
  retryAfterMillis: 0,
});

export const timedOut = (timeoutMillis: number): Failed => ({
  status: undefined,
  errorType: "timeout",
  reason: `the receiver did not answer within ${timeoutMillis} ms`,
  retryable: false,
  retryAfterMillis: 0,
});

/** The message of a `google.rpc.Status` or the body itself as one line; `""` for none. */
const refusalText = ({ headers, body }: Answer): string => {
  const type = bodyType(headers);
  if (type === "json") {
    const parsed = parseJson(body);
    return oneLine(member(parsed, "message") ?? member(parsed, "error") ?? decode(body));
  }
  if (type !== "x-protobuf") return oneLine(decode(body));
  for (const [field, value] of readFields(body)) {
    if (field === 2 && typeof value !== "bigint") return oneLine(decode(value));
  }
  return "";
};

/** Seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from now; 0 for anything else. */
const parseRetryAfter = (header: string | undefined, nowMillis: number): number => {
  if (header === undefined) return 0;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMillis);
};

const bodyType = (headers: Answer["headers"]): string | undefined =>
  /^application\/(json|x-protobuf)\b/i.exec(headers["content-type"] ?? "")?.[1]?.toLowerCase();

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

const maxMessageLength = 300;

/** Text of a receiver as it can be logged: one line, no control characters, bounded length. */
const oneLine = (text: unknown): string =>
  typeof text === "string"
    ? text
        .replaceAll(/[\p{C}\s]+/gu, " ")
        .trim()
        .slice(0, maxMessageLength)
        .toWellFormed()
    : "";

/** The first sentence of an error, without the full stop. */
const firstSentence = (cause: unknown): string => {
  const [sentence = ""] = (cause instanceof Error ? cause.message : String(cause)).split(
    /[.!?](?:\s|$)/,
  );
  return sentence.replaceAll(/\s+/g, " ").slice(0, 200);
};
