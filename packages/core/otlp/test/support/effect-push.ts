import { counter, histogram, durationSeconds } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import * as OtlpMetrics from "@effect/opentelemetry/OtlpMetrics";
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization";
import { FetchHttpClient, HttpClient } from "@effect/platform";
import { Effect, Layer, ManagedRuntime } from "effect";
import {
  emptySerialization,
  exporterServices,
  MetricsExporter,
} from "../../src/delivery/exporter.ts";
import { settingsFor, startTime } from "./exporter.ts";

/** The process's own metrics through `OtlpMetrics.layer`, each push as the layer's last one when it is closed. */
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

/** The layer as it is, with its own protobuf and the client that it is meant for. */
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

/** For how many milliseconds the layer itself holds the event loop: it reads and maps the registry, and encodes and sends nothing. */
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

/** `size` counters and a tenth as many histograms; the function changes all of them. */
export const makeSeries = (
  size: number,
  labelsOf: (
    index: number,
  ) => Readonly<Record<"mcp.tool.name" | "executor.source" | "outcome", string>>,
) => {
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
