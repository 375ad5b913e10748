import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization";
import { HttpBody, HttpClient, HttpClientResponse } from "@effect/platform";
import { Effect, Layer } from "effect";
import { MetricsExporter } from "./exporter.ts";

/**
 * What `OtlpMetrics.layer` is given to encode with. Its own mapping of the registry is not used: a number beyond 2^53 has lost
 * its last digits there, a series whose subject is gone is still there, and values that are read before a snapshot are old.
 */
export const serialization = Layer.succeed(OtlpSerialization.OtlpSerialization, {
  traces: () => HttpBody.empty,
  metrics: () => HttpBody.empty,
  logs: () => HttpBody.empty,
});

/**
 * What `OtlpMetrics.layer` is given to send with: each request that it makes, by its interval and when it is closed, is an
 * export of {@link MetricsExporter}. It is always told that all went well, since after a failure it sends nothing for a minute.
 */
const client = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(MetricsExporter, ({ push }) =>
    HttpClient.make((request) =>
      Effect.as(push, HttpClientResponse.fromWeb(request, new Response(null, { status: 200 }))),
    ),
  ),
);

/** Both services that `OtlpMetrics.layer` needs. */
export const exporterServices = Layer.merge(serialization, client);
