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

/** The span of a request, below the caller's by `traceparent`. Where traces are off, a placeholder takes the route that the router writes. */
export const beginRequestSpan = (tracer: SpanTracer | undefined, request: Request): ExecutorSpan =>
  tracer === undefined
    ? placeholderSpan()
    : tracer.start(
        { name: methodOf(request), kind: "server", attributes: () => attributesOf(request) },
        readTraceContext(request.headers["traceparent"], request.headers["tracestate"]),
      );

/** By OpenTelemetry's HTTP conventions. The query is left out: it holds what the caller looks for. */
const attributesOf = (request: Request): Attributes => {
  const { headers, method, originalUrl } = request;
  const label = httpMethodLabel(method);
  const url = URL.parse(originalUrl, `http://${headers["host"] ?? "localhost"}`);
  return {
    "http.request.method": label,
    "http.request.method_original": label === method ? undefined : method,
    "url.path": url?.pathname,
    "url.scheme": url?.protocol.slice(0, -1),
    "server.address": url?.hostname,
    "server.port": url === null || url.port === "" ? undefined : Number(url.port),
    "user_agent.original": headers["user-agent"]?.slice(0, maxUserAgentChars),
  };
};

const maxUserAgentChars = 256;

const methodOf = ({ method }: Request): string => {
  const label = httpMethodLabel(method);
  return label === "_OTHER" ? "HTTP" : label;
};

/** The template of the route that answered; `undefined` where none did. */
export const routeOf = ({ attributes }: ExecutorSpan): string | undefined => {
  const template = attributes.get("http.route");
  return typeof template === "string" ? template : undefined;
};

/** Ends a request's span: only a status from 500 on is the server's error. */
export const endRequestSpan = (
  span: ExecutorSpan,
  request: Request,
  exit: Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>,
): void => {
  if (!(span instanceof RecordedSpan)) return;
  const template = routeOf(span);
  if (template !== undefined) span.name = `${methodOf(request)} ${template}`;
  if (Exit.isSuccess(exit)) {
    const { status } = exit.value;
    span.set({ "http.response.status_code": status });
    if (status >= 500) span.fail(String(status));
  }
  span.endAt(unixMillis(), exit);
};
