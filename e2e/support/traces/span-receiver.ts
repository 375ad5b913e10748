import { list, member } from "@executor/testing";
import { setTimeout as sleep } from "node:timers/promises";

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
  /** Attributes of the resource that made it. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A status, the milliseconds after which it answers 200, or no answer. */
export type ReceiverAnswer = number | { readonly afterMs: number } | "hang";

export interface SpanReceiver {
  /** The endpoint for traces. */
  readonly url: string;
  /** Of the requests that it took. */
  readonly spans: () => ReadonlyArray<ReceivedSpan>;
  /** All that it took, as text. */
  readonly text: () => string;
  /** How it answers from now on; 200 at once unless told. */
  readonly answerWith: (answer: ReceiverAnswer) => void;
  /** Requests that have begun, whatever they were answered, and the most of them that were open at a time. */
  readonly requests: () => { readonly begun: number; readonly atOnce: number };
  /** The headers of all requests, as text. */
  readonly headers: () => string;
  readonly stop: () => Promise<void>;
}

/** Takes `http/json` without compression. */
export const startSpanReceiver = (port = 0): SpanReceiver => {
  const bodies: Array<string> = [];
  const headers: Array<string> = [];
  let answer: ReceiverAnswer = 200;
  let open = 0;
  let atOnce = 0;
  const respond = async (body: string): Promise<Response> => {
    const now = answer;
    if (now === "hang") return new Promise(() => {});
    if (typeof now === "object") await sleep(now.afterMs);
    else if (now !== 200) return new Response(null, { status: now });
    bodies.push(body);
    return Response.json({});
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 0,
    fetch: async (request) => {
      headers.push(JSON.stringify([...request.headers]));
      open += 1;
      atOnce = Math.max(atOnce, open);
      const gone = new Promise<Response>((resolve) => {
        request.signal.addEventListener("abort", () => resolve(new Response()));
      });
      const response = await Promise.race([respond(await request.text()), gone]);
      open -= 1;
      return response;
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1/traces`,
    spans: () =>
      bodies.flatMap((body) => list(member(JSON.parse(body), "resourceSpans"))).flatMap(spansIn),
    text: () => bodies.join("\n"),
    answerWith: (next) => {
      answer = next;
    },
    requests: () => ({ begun: headers.length, atOnce }),
    headers: () => headers.join("\n"),
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
export const spansIn = (resourceSpans: unknown): ReadonlyArray<ReceivedSpan> =>
  list(member(resourceSpans, "scopeSpans"))
    .flatMap((scope) => list(member(scope, "spans")))
    .map((span) => ({
      traceId: String(member(span, "traceId")),
      spanId: String(member(span, "spanId")),
      parentSpanId: textOf(member(span, "parentSpanId")),
      name: String(member(span, "name")),
      kind: Number(member(span, "kind")),
      status: numberOf(member(span, "status", "code")),
      attributes: attributesOf(span),
      links: list(member(span, "links")).map((link) => String(member(link, "spanId"))),
      resource: attributesOf(member(resourceSpans, "resource")),
    }));

const attributesOf = (owner: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    list(member(owner, "attributes")).map((attribute) => [
      String(member(attribute, "key")),
      valueOf(member(attribute, "value")),
    ]),
  );

const valueOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? Object.values(value)[0] : undefined;

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const numberOf = (value: unknown): number | undefined =>
  value === undefined ? undefined : Number(value);
