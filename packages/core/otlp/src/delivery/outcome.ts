import type { PartialSuccess } from "./answer.ts";

/** The receiver took the request. */
export interface Accepted extends PartialSuccess {
  readonly _tag: "accepted";
  readonly status: number;
}

/** It did not. */
export interface Failed {
  readonly _tag: "failed";
  /** The HTTP status; absent where there was no answer. */
  readonly status: number | undefined;
  /** The value of the label `error.type`: a status that is known, or a fixed word. */
  readonly errorType: string;
  /** Goes on after "because": no capital letter, no full stop. */
  readonly reason: string;
  readonly retryable: boolean;
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMillis: number;
}

export type Outcome = Accepted | Failed;

/** Requests may be sent again after these (OTLP 1.x, "OTLP/HTTP Response", "Retryable Response Codes"), and after no other. */
const retryableStatuses = [429, 502, 503, 504];

/** What a receiver answers becomes a label only if it is one of these. */
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

/** A refusal with this status; `said` is what the receiver gave as the reason. */
export const refused = (
  status: number,
  said: string,
  headers: { readonly retryAfter: string | undefined; readonly location: string | undefined },
  nowMillis: number,
): Failed => {
  const details = [
    said === "" ? undefined : `"${said}"`,
    status >= 300 && status < 400
      ? `redirects are not followed${headers.location === undefined ? "" : `, here to ${headers.location}`}`
      : advice.get(status),
  ].filter((detail) => detail !== undefined);
  return {
    _tag: "failed",
    status,
    errorType: knownStatuses.has(status) ? String(status) : "_OTHER",
    reason: `the receiver answered ${status}${details.length === 0 ? "" : `: ${details.join("; ")}`}`,
    retryable: retryableStatuses.includes(status),
    retryAfterMillis: parseRetryAfter(headers.retryAfter, nowMillis),
  };
};

/** No answer, or not a whole one. */
export const unreachable = (cause: unknown): Failed => ({
  _tag: "failed",
  status: undefined,
  errorType: "connection_error",
  reason: `there is no connection to the receiver: ${describe(cause)}`,
  retryable: true,
  retryAfterMillis: 0,
});

export const timedOut = (timeoutMillis: number): Failed => ({
  _tag: "failed",
  status: undefined,
  errorType: "timeout",
  reason: `the receiver did not answer within ${timeoutMillis} ms`,
  retryable: false,
  retryAfterMillis: 0,
});

/** Seconds or an HTTP date (RFC 9110, 10.2.3), as milliseconds from now; 0 for anything else. */
const parseRetryAfter = (header: string | undefined, nowMillis: number): number => {
  if (header === undefined) return 0;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMillis);
};

/** The first sentence, without the full stop. */
const describe = (cause: unknown): string => {
  const [sentence = ""] = (cause instanceof Error ? cause.message : String(cause)).split(
    /[.!?](?:\s|$)/,
  );
  return sentence.replaceAll(/\s+/g, " ").slice(0, 200);
};
