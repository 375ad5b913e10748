import { counter, histogram, durationSeconds } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import * as OtlpMetrics from "@effect/opentelemetry/OtlpMetrics";
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization";
import { FetchHttpClient, HttpClient } from "@effect/platform";
import {
  Effect,
  Layer,
  ManagedRuntime,
  Metric,
  MetricBoundaries,
  MetricKey,
  MetricLabel,
} from "effect";
import {
  emptySerialization,
  exporterServices,
  MetricsExporter,
} from "../../src/metrics/exporter.ts";
import { settingsFor, startTime } from "./exporter.ts";

/** `OtlpMetrics.layer` that pushes once, when it is closed. */
const layer = (url: string) =>
  OtlpMetrics.layer({
    url,
    resource: { serviceName: "test" },
    exportInterval: "1 hour",
    shutdownTimeout: "5 minutes",
  });

/** Executor's push. */
export const startExecutorPush = (url: string) => {
  const runtime = ManagedRuntime.make(
    MetricsExporter.layer({
      settings: settingsFor(url, { timeoutMillis: 300_000 }),
      scope: { name: "test", version: "1" },
      reading: new RegistryReading(),
      startTime,
    }).pipe(Layer.provide(FetchHttpClient.layer)),
  );
  return {
    push: () =>
      runtime.runPromise(
        Effect.asVoid(Effect.scoped(Layer.build(Layer.provide(layer(url), exporterServices)))),
      ),
    stop: () => runtime.dispose(),
  };
};

/** The layer with its own protobuf encoding and Effect's HTTP client. */
export const bareLayerPush = (url: string): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Layer.build(
        layer(url).pipe(
          Layer.provide(OtlpSerialization.layerProtobuf),
          Layer.provide(FetchHttpClient.layer),
        ),
      ),
    ).pipe(Effect.asVoid),
  );

/** Milliseconds for which the layer itself holds the event loop: it reads and maps its registry, and encodes and sends nothing. */
export const layerMillis = async (): Promise<number> => {
  let end = 0;
  const client = HttpClient.make(() => {
    end = performance.now();
    return Effect.never;
  });
  const build = layer("http://127.0.0.1:9").pipe(
    Layer.provide(emptySerialization),
    Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
  );
  let start = 0;
  await Effect.runPromise(
    Effect.scoped(
      Effect.zipRight(
        Layer.build(build),
        Effect.sync(() => {
          start = performance.now();
        }),
      ),
    ).pipe(Effect.timeoutOption("2 seconds"), Effect.disconnect),
  );
  return end - start;
};

type LabelsOf = (
  index: number,
) => Readonly<Record<"mcp.tool.name" | "executor.source" | "outcome", string>>;

/** The series of {@link makeSeries} in Effect's own registry, which the layer reads by itself. */
export const makeEffectSeries = (size: number, labelsOf: LabelsOf) => {
  const boundaries = MetricBoundaries.fromIterable(durationSeconds.values);
  const series = Array.from({ length: size }, (_, index) => {
    const tags = Object.entries(labelsOf(index)).map(([key, value]) =>
      MetricLabel.make(key, value),
    );
    const calls = MetricKey.counter("benchmark.calls", { incremental: true });
    const durations = MetricKey.histogram("benchmark.call.duration", boundaries);
    return {
      call: Metric.globalMetricRegistry.get(MetricKey.taggedWithLabels(calls, tags)),
      duration:
        index % 10 === 0
          ? Metric.globalMetricRegistry.get(MetricKey.taggedWithLabels(durations, tags))
          : undefined,
    };
  });
  return () => {
    for (const [index, { call, duration }] of series.entries()) {
      call.update(1);
      duration?.update((index % 97) / 10);
    }
  };
};

/** `size` counters and a tenth as many histograms; the function changes all of them. */
export const makeSeries = (size: number, labelsOf: LabelsOf) => {
  const options = {
    description: "Calls.",
    labels: ["mcp.tool.name", "executor.source", "outcome"],
    maxLabelSets: size,
  } as const;
  const calls = counter({ ...options, name: "benchmark.calls", unit: "{call}" });
  const durations = histogram({
    ...options,
    name: "benchmark.call.duration",
    unit: "s",
    boundaries: durationSeconds,
  });
  return () => {
    for (let index = 0; index < size; index += 1) {
      calls.add(1, labelsOf(index));
      if (index % 10 === 0) durations.record((index % 97) / 10, labelsOf(index));
    }
  };
};
