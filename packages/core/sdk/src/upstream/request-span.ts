import { httpMethodLabel } from "@executor/telemetry";
import { type Attributes, type RecordedSpan, traced } from "@executor/telemetry/tracing";
import { Cause, Effect, Exit, Option } from "effect";
import type { Redactor } from "../credentials/redactor.ts";
import { shorten } from "../model/shorten.ts";
import { shownUrl } from "../model/source.ts";
import { outgoingTrace } from "../model/trace-context.ts";
import type { Interruption, UpstreamFailure } from "./bounded-body.ts";

/** One request on the wire, as its span shows it. */
interface ShownRequest {
  readonly namespace: string;
  readonly method: string;
  /** Path with the names of its variables in place of the arguments; absent where the path has none. */
  readonly template?: string | undefined;
  /** `performance.now()` of the exchange, and the milliseconds that it may take. */
  readonly startedAt: number;
  readonly timeoutMs: number;
  /** The response as far as it came. */
  readonly reading: { readonly head?: { readonly status: number } };
}

/** Place of a request in its exchange. */
interface Hop {
  /** Place of the exchange's first request. */
  readonly first: URL;
  readonly url: URL;
  /** How many requests of the exchange were sent before it. */
  readonly resend: number;
}

interface Settled {
  readonly status: number;
  readonly incomplete?: Interruption | undefined;
}

/**
 * Runs a request in a span of its own (OpenTelemetry's HTTP conventions). Where a redirect leads is the upstream's choice, and may be
 * part of what it answers, so its path is not shown.
 */
export const inRequestSpan = <A extends Settled>(
  request: ShownRequest,
  redactor: Redactor,
  { first, url, resend }: Hop,
) =>
  traced<A, UpstreamFailure>((tracer) => {
    const template = url === first ? request.template : undefined;
    const label = httpMethodLabel(request.method);
    const method = label === "_OTHER" ? "HTTP" : label;
    const { head: ofHopBefore } = request.reading;
    return {
      name: template === undefined ? method : `${method} ${template}`,
      kind: "client",
      attributes: () => ({
        ...placeAttributes(url),
        "executor.source": request.namespace,
        "http.request.method": label,
        "http.request.method_original": label === request.method ? undefined : request.method,
        "http.request.resend_count": resend === 0 ? undefined : resend,
        "url.template": template,
        "url.full": urlForSpan(
          url,
          url === first ? template : `/${hidden}`,
          redactor,
          tracer.recordsArguments,
        ),
      }),
      onEnd: (span, exit) => {
        const { head } = request.reading;
        describeEnd(span, request, head === ofHopBefore ? undefined : head?.status, exit);
      },
    };
  });

const placeAttributes = ({ hostname, port, protocol }: URL): Attributes => ({
  "server.address": hostname,
  "server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
  "url.scheme": protocol.slice(0, -1),
});

const hidden = "REDACTED";
const maxUrlChars = 2_048;

/**
 * A URL for a span: without user, password, fragment and the source's credentials. Values of the query and variables of the path are
 * arguments, and shown only where the operator asks for those; a signature in the query never is.
 */
export const urlForSpan = (
  url: URL,
  template: string | undefined,
  redactor: Redactor,
  showsArguments: boolean,
): string => {
  const query = Array.from(url.searchParams, ([name, value]) => {
    const isShown = showsArguments && !signatures.has(name.toLowerCase());
    return `${encodeURIComponent(name)}=${isShown ? encodeURIComponent(redactor.text(value)) : hidden}`;
  });
  const path = showsArguments ? url.pathname : (template ?? url.pathname);
  const place = showsArguments ? url.origin + path : shownUrl(url.origin + path);
  const whole = `${place}${query.length === 0 ? "" : `?${query.join("&")}`}`;
  return shorten(redactor.text(whole), maxUrlChars);
};

/** Parameters that give a right to whoever has the URL, as OpenTelemetry's conventions for `url.full` list them, and common kin. */
const signatures: ReadonlySet<string> = new Set([
  "access_token",
  "api_key",
  "apikey",
  "awsaccesskeyid",
  "key",
  "sig",
  "signature",
  "token",
  "x-amz-credential",
  "x-amz-security-token",
  "x-amz-signature",
  "x-goog-signature",
]);

/** A client's span is an error from status 400 on, and where the response is not whole. */
const describeEnd = (
  span: RecordedSpan,
  { startedAt, timeoutMs }: ShownRequest,
  status: number | undefined,
  exit: Exit.Exit<Settled, UpstreamFailure>,
): void => {
  span.set({ "http.response.status_code": status });
  if (status !== undefined && status >= 400) {
    span.fail(String(status));
    return;
  }
  if (Exit.isSuccess(exit)) {
    if (exit.value.incomplete === "connection") span.fail("response_incomplete");
    return;
  }
  const isLate = performance.now() - startedAt >= timeoutMs;
  const failure = Option.getOrUndefined(Cause.failureOption(exit.cause));
  if (failure !== undefined) {
    const wasBroken = failure.reason === "connection_error" && status !== undefined;
    span.fail(wasBroken ? "response_incomplete" : failure.reason);
  } else if (isLate && Cause.isInterruptedOnly(exit.cause)) span.fail("timeout");
};

/** The headers with the trace, which another origin than the exchange's own is not told. What the source is configured with wins. */
export const withTrace = (
  first: URL,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Effect.Effect<Readonly<Record<string, string>>> =>
  Effect.map(outgoingTrace, (trace) =>
    trace === undefined || url.origin !== first.origin || "traceparent" in headers
      ? headers
      : { ...headers, ...trace },
  );
