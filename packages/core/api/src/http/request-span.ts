import type { HttpServerRequest, HttpServerResponse } from "@effect/platform";
import { httpMethodLabel } from "@executor/telemetry";
import {
  type Attributes,
  type ExecutorSpan,
  placeholderSpan,
  readTraceContext,
  RecordedSpan,
  type SpanTracer,
  unixMillis,
} from "@executor/telemetry/tracing";
import { Exit } from "effect";

type Request = HttpServerRequest.HttpServerRequest;

/**
 * The span of a request, below the caller's by `traceparent`. Where traces are off, and for a routine request, a placeholder takes
 * the route that the router writes.
 */
export const beginRequestSpan = (tracer: SpanTracer | undefined, request: Request): ExecutorSpan =>
  tracer === undefined || routinePaths.has(pathOf(request.url))
    ? placeholderSpan()
    : tracer.start(
        { name: methodOf(request), kind: "server", attributes: () => attributesOf(request) },
        readTraceContext(request.headers["traceparent"], request.headers["tracestate"]),
      );

/** Health checks and scrapes come every few seconds, and would be most of all traces. */
const routinePaths: ReadonlySet<string> = new Set(["/api/health", "/api/metrics"]);

const maxChars = 256;

const bounded = (text: string | undefined): string | undefined => text?.slice(0, maxChars);

/** By OpenTelemetry's HTTP conventions, of what any caller may send. The query is left out: it holds what the caller looks for. */
const attributesOf = (request: Request): Attributes => {
  const { headers, method } = request;
  const label = httpMethodLabel(method);
  return {
    "http.request.method": label,
    "http.request.method_original": label === method ? undefined : bounded(method),
    "url.scheme": schemeOf(request),
    "user_agent.original": bounded(headers["user-agent"]),
  };
};

/** Shows the `Host` of a request that was let in; of any other it is what a stranger wrote. */
export const showHost = (span: RecordedSpan, request: Request): void => {
  const url = URL.parse(`${schemeOf(request)}://${request.headers["host"] ?? ""}`);
  if (url === null) return;
  span.set({
    "server.address": bounded(url.hostname),
    "server.port": url.port === "" ? undefined : Number(url.port),
  });
};

const methodOf = ({ method }: Request): string => {
  const label = httpMethodLabel(method);
  return label === "_OTHER" ? "HTTP" : label;
};

/** The template of the route that answered; `undefined` where none did. */
export const routeOf = ({ attributes }: ExecutorSpan): string | undefined => {
  const template = attributes.get("http.route");
  return typeof template === "string" ? template : undefined;
};

/** Path of a request as it came, without the query. */
export const pathOf = (url: string): string => url.split("?", 1)[0] ?? "";

export const schemeOf = ({ originalUrl }: Request): "http" | "https" =>
  originalUrl.startsWith("https:") ? "https" : "http";

/**
 * Ends a request's span: only a status from 500 on is the server's error. The path is shown where it is one of a route: any other
 * is text that the caller chose.
 */
export const endRequestSpan = (
  span: ExecutorSpan,
  request: Request,
  exit: Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>,
): void => {
  if (!(span instanceof RecordedSpan)) return;
  const template = routeOf(span);
  if (template !== undefined) {
    span.name = `${methodOf(request)} ${template}`;
    span.set({ "url.path": bounded(pathOf(request.url)) });
  }
  if (Exit.isSuccess(exit)) {
    const { status } = exit.value;
    span.set({ "http.response.status_code": status });
    if (status >= 500) span.fail(String(status));
  }
  span.endAt(unixMillis(), exit);
};
