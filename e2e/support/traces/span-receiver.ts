import { list, member } from "@executor/testing";

/** A span as a receiver gets it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** `SpanKind` of opentelemetry-proto. */
  readonly kind: number;
  /** 2 for an error. */
  readonly status: number | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Ids of the linked spans. */
  readonly links: ReadonlyArray<string>;
}

export interface SpanReceiver {
  /** The endpoint for traces. */
  readonly url: string;
  readonly spans: () => ReadonlyArray<ReceivedSpan>;
  /** All that came, as text. */
  readonly text: () => string;
  readonly stop: () => Promise<void>;
}

/** Takes `http/json` without compression. */
export const startSpanReceiver = (): SpanReceiver => {
  const bodies: Array<string> = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      bodies.push(await request.text());
      return Response.json({});
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1/traces`,
    spans: () =>
      bodies.flatMap((body) => list(member(JSON.parse(body), "resourceSpans"))).flatMap(spansIn),
    text: () => bodies.join("\n"),
    stop: () => server.stop(true),
  };
};

/** What a daemon needs to export every span at once to the receiver. */
export const traceEnvironment = ({ url }: Pick<SpanReceiver, "url">): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_EXPORTER_OTLP_COMPRESSION: "none",
  OTEL_BSP_SCHEDULE_DELAY: "50",
});

/** The spans of a `ResourceSpans`, in the form of OTLP's JSON. */
export const spansIn = (resource: unknown): ReadonlyArray<ReceivedSpan> =>
  list(member(resource, "scopeSpans"))
    .flatMap((scope) => list(member(scope, "spans")))
    .map((span) => ({
      traceId: String(member(span, "traceId")),
      spanId: String(member(span, "spanId")),
      parentSpanId: textOf(member(span, "parentSpanId")),
      name: String(member(span, "name")),
      kind: Number(member(span, "kind")),
      status: numberOf(member(span, "status", "code")),
      attributes: Object.fromEntries(
        list(member(span, "attributes")).map((attribute) => [
          String(member(attribute, "key")),
          valueOf(member(attribute, "value")),
        ]),
      ),
      links: list(member(span, "links")).map((link) => String(member(link, "spanId"))),
    }));

const valueOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? Object.values(value)[0] : undefined;

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const numberOf = (value: unknown): number | undefined =>
  value === undefined ? undefined : Number(value);
