import { FetchHttpClient, HttpBody, HttpClient, HttpClientRequest } from "@effect/platform";
import type { HttpMethod } from "@effect/platform";
import { Duration, Effect, Record } from "effect";
import { CredentialGuard } from "../credentials/credential-guard.ts";
import type { SourceGuard } from "../credentials/credential-guard.ts";
import { httpFieldValue, httpToken } from "../model/source.ts";
import { SourceInUse } from "../model/source-in-use.ts";
import { ToolCallError } from "../model/tool.ts";
import {
  BoundedChunks,
  type Interruption,
  readReply,
  readReplyPart,
  UpstreamFailure,
} from "./bounded-body.ts";
import { RequestMeasurement } from "./request-measurement.ts";
import { inRequestSpan, withTrace } from "./request-span.ts";
import { tlsFailure } from "./tls-failure.ts";

/** Headers by name, in lower case. */
export type UpstreamHeaders = Readonly<Record<string, string>>;

/** One request to a source's upstream. */
export interface UpstreamCall {
  /** Label `executor.source`; that of {@link SourceInUse} where absent. */
  readonly namespace?: string | undefined;
  /** Of HTTP, in capital letters. */
  readonly method: string;
  readonly url: string;
  /** The URL's path with the names of its variables in place of the arguments; absent where it has none. */
  readonly template?: string | undefined;
  /** Names in lower case. After a redirect to another origin, only `accept`, `accept-language` and `user-agent` are sent. */
  readonly headers: UpstreamHeaders;
  readonly body?: string | Uint8Array | undefined;
  /** Milliseconds for the whole exchange, from connecting to the reply's last byte, redirects included. */
  readonly timeoutMs: number;
  /** Bytes of the reply after content decoding; 10 MiB by default. */
  readonly maxBytes?: number | undefined;
  /** Whether the body of a reply with these headers is left unread; it is then empty. */
  readonly skipBody?: (headers: UpstreamHeaders) => boolean;
  /** Whether the body is given as it came, with the source's credentials where it repeats them. */
  readonly rawBody?: boolean;
  /** Whether a reply with this head is given as far as it came where it does not end in time, is too large or breaks off. */
  readonly mayBePart?: (head: Pick<UpstreamResponse, "headers" | "status">) => boolean;
  /** Whether redirects to other origins are not followed. */
  readonly sameOrigin?: boolean;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: UpstreamHeaders;
  /** After content decoding, and without the source's credentials unless it was asked for as it came. */
  readonly body: Uint8Array;
  /** URL that the reply came from, after redirects. */
  readonly url: string;
  /** Why `body` is only the beginning of a reply that {@link UpstreamCall.mayBePart}; absent where it is whole. */
  readonly incomplete?: Interruption | undefined;
}

/** A call under way. */
interface Exchange extends UpstreamCall {
  readonly namespace: string;
  /** `performance.now()` of the call. */
  readonly startedAt: number;
  /** The reply that is being read. */
  readonly reading: {
    measurement?: RequestMeasurement;
    head?: Omit<UpstreamResponse, "body" | "incomplete">;
    body: BoundedChunks<ArrayBufferLike>;
  };
}

/** Joins headers, with their names in lower case; `overriding` wins over `headers`. */
export const mergeHeaders = (
  headers: Readonly<Record<string, string>>,
  overriding: Readonly<Record<string, string>>,
): UpstreamHeaders => {
  const merged = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) merged.set(name.toLowerCase(), value);
  for (const [name, value] of Object.entries(overriding)) merged.set(name.toLowerCase(), value);
  return Object.fromEntries(merged);
};

/**
 * Sends one request for a tool call and reads its whole reply. A reply of any status is a success. Fails with the outcome
 * `timeout`, `invalid_input` (a header that cannot be sent), `blocked` (a credential that is for another place), `too_large` or
 * `upstream_error` (with the error type `connection_error`). Nothing is retried.
 */
export const callUpstream = (
  call: UpstreamCall,
): Effect.Effect<UpstreamResponse, ToolCallError, HttpClient.HttpClient> =>
  Effect.mapError(exchange(call), toolCallError);

const outcomes = {
  timeout: "timeout",
  invalid_request: "invalid_input",
  forbidden_origin: "blocked",
  connection_error: "upstream_error",
  response_too_large: "too_large",
} as const;

const toolCallError = ({ reason, message }: UpstreamFailure): ToolCallError =>
  new ToolCallError({ outcome: outcomes[reason], errorType: reason, message });

const defaultMaxBytes = 10 * 1024 * 1024;
const maxRedirects = 5;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends one request and reads its whole reply under one deadline, redirects included. Redirects are followed for GET and HEAD
 * without a body only, five at most; a redirect that is not followed is the response. Nothing is sent twice. The HTTP client's own spans and
 * trace headers are off: they would show headers and queries, which hold credentials, to others.
 */
export const exchange = (
  request: UpstreamCall,
): Effect.Effect<UpstreamResponse, UpstreamFailure, HttpClient.HttpClient> =>
  Effect.flatMap(CredentialGuard, (guard) => {
    const { redactor } = guard;
    const { namespace } = request;
    const exchanging =
      namespace === undefined
        ? Effect.flatMap(SourceInUse, (source) => guardedExchange(request, source, guard))
        : guardedExchange(request, namespace, guard);
    return Effect.mapBoth(exchanging, {
      onFailure: (failure) =>
        new UpstreamFailure({ ...failure, message: redactor.text(failure.message) }),
      onSuccess: (response) => ({
        ...response,
        headers: Record.map(response.headers, redactor.text),
        body: request.rawBody === true ? response.body : redactor.bytes(response.body),
      }),
    });
  });

const guardedExchange = (
  call: UpstreamCall,
  namespace: string,
  guard: SourceGuard,
): Effect.Effect<UpstreamResponse, UpstreamFailure, HttpClient.HttpClient> =>
  Effect.suspend(() => {
    const reading = { body: emptyBody(call) };
    const request: Exchange = { ...call, namespace, startedAt: performance.now(), reading };
    const url = httpUrl(request.url, undefined);
    if (url === undefined) {
      return invalidRequest(
        `${request.url} is not an http or https URL. Correct the source's URL.`,
      );
    }
    const unsendable = Object.keys(request.headers).find(
      (name) => !httpToken.test(name) || !httpFieldValue.test(request.headers[name] ?? ""),
    );
    if (unsendable !== undefined) {
      return invalidRequest(
        `The header ${JSON.stringify(unsendable)} cannot be sent: its name or value holds characters that HTTP does not allow, such as a line break.`,
      );
    }
    const forbidden = guard.forbidden(url, request);
    return forbidden.length === 0
      ? inTime(request, follow(request, guard, url, url, request.headers, maxRedirects))
      : Effect.fail(forbiddenOrigin(guard, url, forbidden));
  }).pipe(
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.locally(HttpClient.currentTracerDisabledWhen, () => true),
  );

const emptyBody = ({ maxBytes = defaultMaxBytes }: UpstreamCall) => new BoundedChunks(maxBytes);

/** Ends the exchange at its deadline, with what came of a reply that may be a part. */
const inTime = <E, R>(
  { mayBePart, reading, timeoutMs }: Exchange,
  following: Effect.Effect<UpstreamResponse, E, R>,
): Effect.Effect<UpstreamResponse, E | UpstreamFailure, R> => {
  const late = Effect.suspend((): Effect.Effect<UpstreamResponse, UpstreamFailure> => {
    const { body, head, measurement } = reading;
    if (head !== undefined && mayBePart?.(head) === true) {
      measurement?.end(undefined);
      return Effect.succeed({ ...head, body: body.concatenate(), incomplete: "timeout" });
    }
    measurement?.end("timeout");
    const came = body.size === 0 ? "" : `; ${body.size} bytes had come`;
    const message = `The upstream did not answer in full within ${timeoutMs} ms${came}. Ask for less, or let the operator raise the source's timeout.`;
    return Effect.fail(new UpstreamFailure({ reason: "timeout", message }));
  });
  return Effect.timeoutTo(following, {
    duration: Duration.millis(timeoutMs),
    onSuccess: (response) => Effect.succeed(response),
    onTimeout: () => late,
  }).pipe(
    Effect.flatten,
    Effect.onInterrupt(() => Effect.sync(() => reading.measurement?.end("cancelled"))),
  );
};

const follow = (
  request: Exchange,
  guard: SourceGuard,
  first: URL,
  url: URL,
  headers: UpstreamHeaders,
  redirectsLeft: number,
): Effect.Effect<UpstreamResponse, UpstreamFailure, HttpClient.HttpClient> =>
  send(request, first, url, headers).pipe(
    inRequestSpan(request, guard.redactor, { first, url, resend: maxRedirects - redirectsLeft }),
    Effect.flatMap((response) => {
      const target = redirectTarget(request, response, url);
      if (target === undefined || redirectsLeft === 0) return Effect.succeed(response);
      const forbidden = guard.forbidden(target, { headers });
      return forbidden.includes("URL")
        ? Effect.succeed(response)
        : follow(
            request,
            guard,
            first,
            target,
            headersAfterRedirect(forbidden, headers, url, target),
            redirectsLeft - 1,
          );
    }),
  );

/** Headers that are sent after a redirect: within an origin all, else only those that tell nothing about the caller. */
const headersAfterRedirect = (
  forbidden: ReadonlyArray<string>,
  headers: UpstreamHeaders,
  from: URL,
  to: URL,
): UpstreamHeaders => {
  const maySend = (name: string): boolean =>
    (from.origin === to.origin || originIndependent.has(name)) && !forbidden.includes(name);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => maySend(name)));
};

/** Headers that another origin may see. Every other one may be a credential. */
const originIndependent: ReadonlySet<string> = new Set(["accept", "accept-language", "user-agent"]);

const redirectTarget = (
  request: UpstreamCall,
  response: UpstreamResponse,
  url: URL,
): URL | undefined => {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  if (request.body !== undefined) return undefined;
  if (!redirectStatuses.has(response.status)) return undefined;
  const location = response.headers["location"];
  const target = location === undefined ? undefined : httpUrl(location, url);
  return request.sameOrigin === true && target?.origin !== url.origin ? undefined : target;
};

/** Sends one request on the wire, and measures it; who interrupts it tells its measurement why. */
const send = (
  request: Exchange,
  first: URL,
  url: URL,
  headers: UpstreamHeaders,
): Effect.Effect<UpstreamResponse, UpstreamFailure, HttpClient.HttpClient> =>
  Effect.flatMap(HttpClient.HttpClient, (client) => {
    const { method, namespace: source } = request;
    const measurement = new RequestMeasurement({ source, method, first, url });
    request.reading.measurement = measurement;
    return withTrace(first, url, headers).pipe(
      Effect.flatMap((sent) => client.execute(platformRequest(request, url, sent))),
      Effect.mapError((error) => connectionError(url, error)),
      Effect.flatMap((response) => {
        measurement.responded(response.status);
        const head = { status: response.status, headers: response.headers, url: url.href };
        const body = emptyBody(request);
        Object.assign(request.reading, { head, body });
        if (request.mayBePart?.(head) === true) {
          return Effect.map(readReplyPart(response, body), (incomplete) => ({
            ...head,
            body: body.concatenate(),
            incomplete,
          }));
        }
        const read = readReply(response, body);
        const skipped = request.skipBody?.(response.headers) === true;
        return Effect.map(skipped ? abandon(read) : read, (whole) => ({ ...head, body: whole }));
      }),
      Effect.onExit((exit) => {
        measurement.settled(exit);
        return Effect.void;
      }),
    );
  });

/** Interrupts the reading of the body at once, which closes the connection. */
const abandon = (
  read: Effect.Effect<Uint8Array, UpstreamFailure>,
): Effect.Effect<Uint8Array, UpstreamFailure> =>
  Effect.timeoutTo(read, {
    duration: Duration.zero,
    onSuccess: () => new Uint8Array(),
    onTimeout: () => new Uint8Array(),
  });

/** The platform sends any method, but its type has only the usual ones. */
const isPlatformMethod = (method: string): method is HttpMethod.HttpMethod =>
  httpToken.test(method);

const platformRequest = (
  { method, body }: UpstreamCall,
  url: URL,
  headers: UpstreamHeaders,
): HttpClientRequest.HttpClientRequest => {
  // As text: from a URL object, the platform would write the query again and lose its encoding.
  const empty = HttpClientRequest.make(isPlatformMethod(method) ? method : "GET")(url.href);
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const withBody =
    bytes === undefined ? empty : HttpClientRequest.setBody(empty, HttpBody.raw(bytes));
  return HttpClientRequest.setHeaders(withBody, { "user-agent": "executor", ...headers });
};

const httpUrl = (url: string, base: URL | undefined): URL | undefined => {
  const parsed = URL.parse(url, base?.href);
  return parsed !== null && /^https?:$/.test(parsed.protocol) ? parsed : undefined;
};

const invalidRequest = (message: string): Effect.Effect<never, UpstreamFailure> =>
  Effect.fail(new UpstreamFailure({ reason: "invalid_request", message }));

const forbiddenOrigin = (
  guard: SourceGuard,
  url: URL,
  names: ReadonlyArray<string>,
): UpstreamFailure =>
  new UpstreamFailure({
    reason: "forbidden_origin",
    message: `Nothing was sent to ${url.origin}: a credential of the source is in its ${names.join(", ")}, and may only be sent to ${guard.origin ?? "the place that its calls go to"}. Correct the source's URL.`,
  });

const connectionError = (url: URL, error: { readonly cause?: unknown }): UpstreamFailure => {
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new UpstreamFailure({
    reason: "connection_error",
    message:
      tlsFailure(url, cause) ??
      `${url.host} could not be reached${code}. Check that the server runs and that its address is right.`,
  });
};
