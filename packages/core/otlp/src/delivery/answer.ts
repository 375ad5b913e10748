import { Either } from "effect";
import { shownUrl } from "../settings/receiver.ts";
import { type Signal, signalTraits } from "../settings/signal.ts";
import { readFields } from "./protobuf-reader.ts";
import type { Redact } from "./redaction.ts";

/** A request that the receiver took, with the partial success of its answer. */
export interface Accepted {
  readonly status: number;
  /** Items that the receiver left out. */
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
  /** Whether the receiver may take the same items later. */
  readonly retryable: boolean;
  /** Whether the next request would fail too: only 400 and 413 refuse the content of a request. */
  readonly isGeneral: boolean;
  /** Time that the receiver wants to pass before the next request. */
  readonly retryAfterMillis: number;
}

/** An HTTP response, read to its end. */
export interface Answer {
  /** Of the request. */
  readonly url: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Applied to all of its text that is quoted. */
  readonly redact: Redact;
}

/** Statuses after which a request may be repeated (OTLP 1.x, "OTLP/HTTP Response", "Retryable Response Codes"). */
const retryableStatuses = new Set([429, 502, 503, 504]);

/** Statuses that become a label; any other would let the receiver choose label values. */
const knownStatuses = new Set([
  301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 411, 413, 415, 422, 429, 500, 501, 502, 503,
  504,
]);

const adviceOn = (status: number, signal: Signal): string | undefined => {
  switch (status) {
    case 401:
    case 403:
      return "check the headers";
    case 404:
    case 405:
      return `check the address, which usually ends in ${signalTraits[signal].path}`;
    case 415:
      return "check the protocol and the compression";
    default:
      return undefined;
  }
};

/** What became of a request, by the answer to it. */
export const readAnswer = (
  answer: Answer,
  signal: Signal,
  nowMillis: number,
): Either.Either<Accepted, Failed> => {
  const { status } = answer;
  if (status < 200 || status > 299) return Either.left(readRefusal(answer, signal, nowMillis));
  const partial = readSuccess(answer, signal);
  return partial === undefined
    ? Either.left(notOtlp(answer, signal))
    : Either.right({ status, ...partial });
};

/** `Export<signal>ServiceResponse` in either encoding, or an empty body, which is one too; `undefined` for any other body. */
const readSuccess = (
  { headers, body, redact }: Answer,
  signal: Signal,
): Pick<Accepted, "rejected" | "message"> | undefined => {
  if (body.length === 0) return { rejected: 0, message: "" };
  const type = bodyType(headers);
  if (type === "x-protobuf") return readProtobufSuccess(body, redact);
  const parsed = parseJson(body);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  const partial = member(parsed, "partialSuccess");
  if (partial === undefined && Object.keys(parsed).length > 0) return undefined;
  const rejected = toCount(member(partial, signalTraits[signal].rejected));
  return { rejected, message: oneLine(member(partial, "errorMessage"), redact) };
};

const readProtobufSuccess = (
  body: Uint8Array,
  redact: Redact,
): Pick<Accepted, "rejected" | "message"> | undefined => {
  let rejected = 0;
  let message = "";
  const fields = readFields(body);
  if (fields === undefined) return undefined;
  for (const [field, value] of fields) {
    if (field !== 1) continue;
    const partial = typeof value === "bigint" ? undefined : readFields(value);
    if (partial === undefined) return undefined;
    for (const [inner, content] of partial) {
      if (inner === 1 && typeof content === "bigint") rejected = toCount(content);
      if (inner === 2 && typeof content !== "bigint") message = oneLine(decode(content), redact);
    }
  }
  return { rejected, message };
};

/** A success of something else, such as the page of a proxy or a sign-in: nothing says that the items were taken. */
const notOtlp = ({ status, headers, redact }: Answer, signal: Signal): Failed => ({
  status,
  errorType: "invalid_response",
  reason: `the receiver answered ${status} with ${oneLine(headers["content-type"], redact) || "a body of no content type"}, which is no answer of OTLP; ${adviceOn(404, signal)}`,
  retryable: false,
  isGeneral: true,
  retryAfterMillis: 0,
});

/** Explains a refusal by its status and the receiver's own words. */
const readRefusal = (answer: Answer, signal: Signal, nowMillis: number): Failed => {
  const { status, headers } = answer;
  const quoted = refusalText(answer);
  const details = [
    quoted === "" ? undefined : `"${quoted}"`,
    status >= 300 && status < 400
      ? `redirects are not followed${headers["location"] === undefined ? "" : `, here to ${shownLocation(answer)}`}`
      : adviceOn(status, signal),
  ].filter((detail) => detail !== undefined);
  return {
    status,
    errorType: knownStatuses.has(status) ? String(status) : "_OTHER",
    reason: `the receiver answered ${status}${details.length === 0 ? "" : `: ${details.join("; ")}`}`,
    retryable: retryableStatuses.has(status),
    isGeneral: status !== 400 && status !== 413,
    retryAfterMillis: parseRetryAfter(headers["retry-after"], nowMillis),
  };
};

const maxLocationLength = 200;

/** Where a redirect leads, without user, query and fragment, which can hold keys. */
const shownLocation = ({ headers, url, redact }: Answer): string =>
  oneLine(
    shownUrl(URL.parse(headers["location"] ?? "", url)?.href ?? ""),
    redact,
    maxLocationLength,
  );

/** No answer or an incomplete one. */
export const unreachable = (cause: unknown, redact: Redact): Failed => ({
  status: undefined,
  errorType: "connection_error",
  reason: `there is no connection to the receiver: ${redact(firstSentence(cause))}`,
  retryable: true,
  isGeneral: true,
  retryAfterMillis: 0,
});

/** The time for the whole export is over, so the same items can be sent in a later one only. The receiver may have taken them. */
export const timedOut = (timeoutMillis: number): Failed => ({
  status: undefined,
  errorType: "timeout",
  reason: `the receiver did not answer within ${timeoutMillis} ms`,
  retryable: true,
  isGeneral: true,
  retryAfterMillis: 0,
});

/** The message of a `google.rpc.Status` or the body itself as one line; `""` for none. */
const refusalText = ({ headers, body, redact }: Answer): string => {
  const type = bodyType(headers);
  if (type === "json") {
    const parsed = parseJson(body);
    return oneLine(member(parsed, "message") ?? member(parsed, "error") ?? decode(body), redact);
  }
  if (type !== "x-protobuf") return oneLine(decode(body), redact);
  for (const [field, value] of readFields(body) ?? []) {
    if (field === 2 && typeof value !== "bigint") return oneLine(decode(value), redact);
  }
  return "";
};

/** A longer wait that a receiver asks for is cut to this. */
const maxRetryAfterMillis = 60 * 60 * 1_000;

/** Seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from now; 0 for anything else. */
const parseRetryAfter = (header: string | undefined, nowMillis: number): number => {
  if (header === undefined) return 0;
  const millis = /^\s*\d+\s*$/.test(header)
    ? Number(header) * 1_000
    : Date.parse(header) - nowMillis;
  return Number.isNaN(millis) ? 0 : Math.min(Math.max(0, millis), maxRetryAfterMillis);
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

/** Text of a receiver as it can be logged: one line, no control characters, bounded length, redacted before it is cut. */
const oneLine = (text: unknown, redact: Redact, maxLength = maxMessageLength): string =>
  typeof text === "string"
    ? redact(text)
        .replaceAll(/[\p{C}\s]+/gu, " ")
        .trim()
        .slice(0, maxLength)
        .toWellFormed()
    : "";

/** The first sentence of an error, without the full stop. */
const firstSentence = (cause: unknown): string => {
  const [sentence = ""] = (cause instanceof Error ? cause.message : String(cause)).split(
    /[.!?](?:\s|$)/,
  );
  return sentence.replaceAll(/\s+/g, " ").slice(0, 200);
};
