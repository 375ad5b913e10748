import { FetchHttpClient, HttpBody, HttpClient, HttpClientRequest } from "@effect/platform";
import type { HttpMethod } from "@effect/platform";
import { httpMethodLabel } from "@executor/telemetry";
import { Duration, Effect } from "effect";
import type { Context } from "effect";
import { httpClientRequestDuration } from "../metrics.ts";
import { CredentialGuard } from "../credentials/credential-guard.ts";
import { readReply } from "./bounded-body.ts";
import { UpstreamFailure } from "./upstream-failure.ts";
import { findUnsendableHeader, headersAfterRedirect, withoutHeaders } from "./upstream-headers.ts";
import type { UpstreamHeaders } from "./upstream-headers.ts";

export interface ExchangeRequest {
  /** The `executor.source` label; absent before the source has a namespace. */
  readonly namespace: string | undefined;
  readonly method: HttpMethod.HttpMethod;
  readonly url: string;
  readonly headers: UpstreamHeaders;
  readonly body: Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Whether a reply with these headers is not worth reading: its body is then left unread, and empty. */
  readonly skipBody?: (headers: UpstreamHeaders) => boolean;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: UpstreamHeaders;
  readonly body: Uint8Array;
  /** Where the reply came from, after redirects. */
  readonly url: string;
}

type Guard = Context.Tag.Service<typeof CredentialGuard>;

const maxRedirects = 5;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * One request and its whole reply, redirects included, under one deadline. Any status is a response. Redirects are followed
 * for GET and HEAD only, five at most; a redirect that is not followed is the response. Nothing is ever sent twice.
 * Spans and trace headers of the HTTP client are off: both would carry headers and queries, which hold credentials, to
 * others.
 */
export const exchange = (
  request: ExchangeRequest,
): Effect.Effect<UpstreamResponse, UpstreamFailure, HttpClient.HttpClient> =>
  Effect.suspend(() => {
    const url = httpUrl(request.url, undefined);
    if (url === undefined) {
      return invalidRequest(
        `${request.url} is not an http or https URL. Correct the source's URL.`,
      );
    }
    const unsendable = findUnsendableHeader(request.headers);
    if (unsendable !== undefined) {
      return invalidRequest(
        `The header ${JSON.stringify(unsendable)} cannot be sent: its name or value holds characters that HTTP does not allow, such as a line break.`,
      );
    }
    return Effect.flatMap(CredentialGuard, (guard) => {
      const forbidden = guard.forbidden(url, request.headers);
      return forbidden.length === 0
        ? follow(request, guard, url, url, request.headers, maxRedirects)
        : Effect.fail(forbiddenOrigin(guard, url, forbidden));
    });
  }).pipe(
    Effect.timeoutFail({
      duration: Duration.millis(request.timeoutMs),
      onTimeout: () =>
        new UpstreamFailure({
          reason: "timeout",
          message: `The upstream did not answer in full within ${request.timeoutMs} ms. Ask for less, or let the operator raise the source's timeout.`,
        }),
    }),
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.locally(HttpClient.currentTracerDisabledWhen, () => true),
  );

const follow = (
  request: ExchangeRequest,
  guard: Guard,
  first: URL,
  url: URL,
  headers: UpstreamHeaders,
  redirectsLeft: number,
): Effect.Effect<UpstreamResponse, UpstreamFailure, HttpClient.HttpClient> =>
  Effect.flatMap(send(request, first, url, headers), (response) => {
    const target = redirectTarget(request, response, url);
    if (target === undefined || redirectsLeft === 0) return Effect.succeed(response);
    const kept = headersAfterRedirect(headers, url, target);
    const forbidden = guard.forbidden(target, kept);
    return follow(
      request,
      guard,
      first,
      target,
      withoutHeaders(kept, forbidden),
      redirectsLeft - 1,
    );
  });

const redirectTarget = (
  request: ExchangeRequest,
  response: UpstreamResponse,
  url: URL,
): URL | undefined => {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  if (!redirectStatuses.has(response.status)) return undefined;
  const location = response.headers["location"];
  return location === undefined ? undefined : httpUrl(location, url);
};

/** One request on the wire, and its measurement, however it ends. */
const send = (
  request: ExchangeRequest,
  first: URL,
  url: URL,
  headers: UpstreamHeaders,
): Effect.Effect<UpstreamResponse, UpstreamFailure, HttpClient.HttpClient> =>
  Effect.flatMap(HttpClient.HttpClient, (client) => {
    const startedAt = performance.now();
    let status: number | undefined;
    return client.execute(platformRequest(request, url, headers)).pipe(
      Effect.mapError((error) => connectionError(url, error)),
      Effect.flatMap((response) => {
        status = response.status;
        const read = readReply(response, request.maxBytes);
        const skipped = request.skipBody?.(response.headers) === true;
        return Effect.map(skipped ? abandon(read) : read, (body) => ({
          status: response.status,
          headers: response.headers,
          body,
          url: url.href,
        }));
      }),
      Effect.ensuring(
        Effect.sync(() => {
          httpClientRequestDuration.record((performance.now() - startedAt) / 1000, {
            "executor.source": request.namespace,
            "server.address": isConfigured(request, first, url) ? url.hostname : "_OTHER",
            "http.request.method": httpMethodLabel(request.method),
            "http.response.status_code": status === undefined ? undefined : String(status),
          });
        }),
      ),
    );
  });

/**
 * Whether the host is a source's own, which bounds the label. A redirect's host is the upstream's choice, and one that no
 * source has yet is whatever a client typed.
 */
const isConfigured = ({ namespace }: ExchangeRequest, first: URL, url: URL): boolean =>
  namespace !== undefined && url.hostname === first.hostname;

/** Interrupting what reads the body closes the connection. */
const abandon = (
  read: Effect.Effect<Uint8Array, UpstreamFailure>,
): Effect.Effect<Uint8Array, UpstreamFailure> =>
  Effect.timeoutTo(read, {
    duration: Duration.zero,
    onSuccess: () => new Uint8Array(),
    onTimeout: () => new Uint8Array(),
  });

const platformRequest = (
  { method, body }: ExchangeRequest,
  url: URL,
  headers: UpstreamHeaders,
): HttpClientRequest.HttpClientRequest => {
  // As text: given a URL, the platform would write the query anew and lose its encoding.
  const empty = HttpClientRequest.make(method)(url.href);
  const withBody =
    body === undefined ? empty : HttpClientRequest.setBody(empty, HttpBody.raw(body));
  return HttpClientRequest.setHeaders(withBody, { "user-agent": "executor", ...headers });
};

const httpUrl = (url: string, base: URL | undefined): URL | undefined => {
  const parsed = URL.parse(url, base?.href);
  return parsed !== null && /^https?:$/.test(parsed.protocol) ? parsed : undefined;
};

const invalidRequest = (message: string): Effect.Effect<never, UpstreamFailure> =>
  Effect.fail(new UpstreamFailure({ reason: "invalid_request", message }));

const forbiddenOrigin = (guard: Guard, url: URL, names: ReadonlyArray<string>): UpstreamFailure =>
  new UpstreamFailure({
    reason: "forbidden_origin",
    message: `Nothing was sent to ${url.origin}: the source's ${names.join(", ")} may only be sent to ${guard.origin ?? "the place that its calls go to"}. Correct the source's URL.`,
  });

const connectionError = (url: URL, error: { readonly cause?: unknown }): UpstreamFailure => {
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new UpstreamFailure({
    reason: "connection_error",
    message: `${url.host} could not be reached${code}. Check that the server runs and that its address is right.`,
  });
};
