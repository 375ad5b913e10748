import { type Redactor, shownUrl } from "@executor/sdk";
import { type RecordedSpan, type SpanTracer, unixMillis } from "@executor/telemetry/tracing";
import { Exit } from "effect";

/** The span of one HTTP request, from its beginning to the end of the response. */
export interface WireSpan {
  /** Notes the response's status; one from 400 on is an error. */
  readonly answered: (status: number) => void;
  /** Ends it, with an error's type where the response did not come whole. */
  readonly end: (errorType?: string) => void;
}

/** Begins the span of an HTTP request below that of its operation (OpenTelemetry's HTTP conventions). Queries and tokens in the path may be credentials and are not shown. */
export const beginWireSpan = (
  { span: parent, tracer }: { readonly span: RecordedSpan; readonly tracer: SpanTracer },
  method: string,
  { hostname, origin, pathname, port, protocol }: URL,
  redactor: Redactor,
): WireSpan => {
  const span = tracer.start({ name: method, kind: "client" }, parent);
  span.attribute("http.request.method", method);
  span.attribute("server.address", hostname);
  span.attribute("server.port", port === "" ? (protocol === "https:" ? 443 : 80) : Number(port));
  span.attribute("url.full", redactor.text(shownUrl(origin + pathname)));
  const fail = (errorType: string): void => {
    if (span.sampled) span.fail(errorType);
  };
  return {
    answered: (status) => {
      span.attribute("http.response.status_code", status);
      if (status >= 400) fail(String(status));
    },
    end: (errorType) => {
      if (errorType !== undefined) fail(errorType);
      if (span.sampled) span.endAt(unixMillis(), Exit.void);
    },
  };
};
