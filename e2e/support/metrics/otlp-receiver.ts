import { list, member } from "@executor/testing";

/** A point of a request, of any kind. */
export interface PushedPoint {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a number; of a histogram its count. */
  readonly value: number;
}

export interface OtlpReceiver {
  /** The endpoint for metrics. */
  readonly url: string;
  /** The points of each request, whatever it was answered. */
  readonly requests: ReadonlyArray<ReadonlyArray<PushedPoint>>;
  /** From now on: a status, or `"hang"` for no answer. */
  readonly answerWith: (answer: number | "hang") => void;
  readonly stop: () => Promise<void>;
}

/** Takes `http/json` without compression. */
export const startOtlpReceiver = (): OtlpReceiver => {
  const requests: Array<ReadonlyArray<PushedPoint>> = [];
  let answer: number | "hang" = 200;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      if (request.url.endsWith("/v1/metrics")) requests.push(toPoints(await request.json()));
      if (answer === "hang") await new Promise(() => {});
      return new Response(null, { status: Number(answer) });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1/metrics`,
    requests,
    answerWith: (next) => {
      answer = next;
    },
    stop: () => server.stop(true),
  };
};

/** What a daemon needs to push to the receiver. */
export const pushEnvironment = (receiver: OtlpReceiver): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_EXPORTER_OTLP_COMPRESSION: "none",
});

const toPoints = (request: unknown): ReadonlyArray<PushedPoint> =>
  list(member(request, "resourceMetrics"))
    .flatMap((resource) => list(member(resource, "scopeMetrics")))
    .flatMap((scope) => list(member(scope, "metrics")))
    .flatMap((metric) =>
      ["sum", "gauge", "histogram"]
        .flatMap((kind) => list(member(metric, kind, "dataPoints")))
        .map((point) => ({
          name: String(member(metric, "name")),
          attributes: Object.fromEntries(
            list(member(point, "attributes")).map((attribute) => [
              String(member(attribute, "key")),
              String(member(attribute, "value", "stringValue")),
            ]),
          ),
          value: Number(
            member(point, "asDouble") ?? member(point, "asInt") ?? member(point, "count"),
          ),
        })),
    );
