import { eventLoopTurn, inSlices, nextInSlices } from "@executor/telemetry/reading";
import type { RegistryReading } from "@executor/telemetry/reading";
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization";
import { HttpBody, HttpClient, HttpClientResponse } from "@effect/platform";
import { Clock, Context, Effect, Layer } from "effect";
import {
  type Delivery,
  type ExportRequest,
  makeDelivery,
  type NextRequest,
} from "../delivery/delivery.ts";
import type { PushReport } from "../delivery/report.ts";
import type { MetricsSettings } from "../settings/metrics.ts";
import { type Batch, batches, halve, pointsIn } from "./batches.ts";
import { DeltaMemory } from "./delta.ts";
import type { Encoding, InstrumentationScope } from "./encoding.ts";
import { type MetricGroup, SeriesGroups } from "./groups.ts";
import { jsonEncoding } from "./json.ts";
import { protobufEncoding } from "./protobuf.ts";

export interface ExporterOptions {
  readonly settings: MetricsSettings;
  readonly scope: InstrumentationScope;
  /** Reads all series, once for each export. */
  readonly reading: Pick<RegistryReading, "steps">;
  /** Start of cumulative values in Unix nanoseconds. */
  readonly startTime: bigint;
  /** Size of a request before compression; 4 MiB unless given, which common receivers take. */
  readonly maxRequestBytes?: number;
}

export interface MetricsExporterService {
  /** Exports all metrics, records and logs the report and returns it. One export runs at a time. */
  readonly push: Effect.Effect<PushReport>;
  /** Exports all metrics without retries, and neither records nor logs the report. */
  readonly tryOnce: Effect.Effect<PushReport>;
  /** Announces the end: running and later exports get one more timeout, and an unreachable receiver is tried only once more. */
  readonly stopping: Effect.Effect<void>;
  /** Turns later exports into no-ops. */
  readonly silence: Effect.Effect<void>;
}

/** Pushes metrics to one OTLP/HTTP receiver. */
export class MetricsExporter extends Context.Tag("@executor/otlp/MetricsExporter")<
  MetricsExporter,
  MetricsExporterService
>() {
  static readonly layer = (
    options: ExporterOptions,
  ): Layer.Layer<MetricsExporter, never, HttpClient.HttpClient> =>
    Layer.effect(
      MetricsExporter,
      Effect.gen(function* () {
        const { settings, scope, maxRequestBytes } = options;
        const delivery = yield* makeDelivery({
          signal: "metrics",
          settings,
          userAgent: `${scope.name}/${scope.version}`,
          ...(maxRequestBytes === undefined ? {} : { maxRequestBytes }),
        });
        return make(delivery, options);
      }),
    );
}

const make = (
  delivery: Delivery,
  { settings, scope, reading, startTime }: ExporterOptions,
): MetricsExporterService => {
  const encoding: Encoding = settings.protocol === "http/json" ? jsonEncoding : protobufEncoding;
  const resource = Object.entries(settings.resource).map(([key, value]) => ({ key, value }));
  const sender = { resource, scope };
  const groups = new SeriesGroups(settings.temporality, settings.histograms);
  const deltas = new DeltaMemory();

  const tellExplicit = makeTellExplicit(settings);

  const toRequest = (batch: Batch): ExportRequest => ({
    items: pointsIn(batch),
    encode: () => encoding.encodeRequest(sender, batch),
    halve: () => {
      const [first, second] = halve(batch, encoding) ?? [];
      return first && second && [toRequest(first), toRequest(second)];
    },
    accept: () => {
      for (const { header, points } of batch) {
        if (header.temporality === "delta") deltas.accept(points);
      }
    },
  });

  const open: Effect.Effect<NextRequest> = Effect.gen(function* () {
    // The caller may have held the event loop.
    yield* eventLoopTurn;
    const series = yield* inSlices(() => reading.steps());
    const time = BigInt(yield* Clock.currentTimeMillis) * 1_000_000n;
    const sorted = yield* inSlices(() => groups.steps(series));
    yield* tellExplicit(sorted);
    const requests = batches({
      groups: sorted,
      series,
      times: { startTime, time },
      encoding,
      deltas,
      limit: delivery.maxRequestBytes,
    });
    return Effect.map(
      Effect.suspend(() => nextInSlices(requests)),
      (next) => (next.done === true ? undefined : toRequest(next.value)),
    );
  });

  return {
    push: delivery.push(open),
    tryOnce: delivery.tryOnce(open),
    stopping: delivery.stopping,
    silence: delivery.silence,
  };
};

/** Logs, once for each, the histograms that have no exponential buckets where those are asked for. */
const makeTellExplicit = ({ histograms }: MetricsSettings) => {
  const told = new Set<string>();
  return (groups: ReadonlyArray<MetricGroup>): Effect.Effect<void> => {
    if (histograms !== "base2_exponential_bucket_histogram") return Effect.void;
    const untold = groups.flatMap(({ header: { isExponential, name, type } }) =>
      type === "histogram" && !isExponential && !told.has(name) ? [name] : [],
    );
    return Effect.forEach(
      untold,
      (name) => {
        told.add(name);
        return Effect.logInfo(
          `The histogram ${name} is pushed with explicit buckets, because it has no others.`,
        );
      },
      { discard: true },
    );
  };
};

/**
 * Encoder for `OtlpMetrics.layer` that encodes nothing. The layer's own mapping of the registry is not used: it rounds integers
 * beyond 2^53, keeps series whose subject is gone, and reads observed values late.
 */
export const emptySerialization = Layer.succeed(OtlpSerialization.OtlpSerialization, {
  traces: () => HttpBody.empty,
  metrics: () => HttpBody.empty,
  logs: () => HttpBody.empty,
});

/**
 * HTTP client for `OtlpMetrics.layer`: each of its requests, on its interval and at its end, runs {@link MetricsExporter.push}.
 * The answer is always a success, since the layer sends nothing for a minute after a failure.
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
export const exporterServices = Layer.merge(emptySerialization, client);
