import { FetchHttpClient } from "@effect/platform";
import { Effect, Layer, Logger, LogLevel, ManagedRuntime } from "effect";
import { MetricsExporter } from "../../src/metrics/exporter.ts";
import type { ExporterOptions } from "../../src/metrics/exporter.ts";
import type { PushReport } from "../../src/delivery/report.ts";
import type { MetricsSettings } from "../../src/settings/metrics.ts";
import { RegistryReading } from "@executor/telemetry/reading";
import type { FindDefinition } from "@executor/telemetry/reading";
import type { Registry } from "./registry.ts";

export const settingsFor = (
  url: string,
  changes: Partial<MetricsSettings> = {},
): MetricsSettings => ({
  url,
  headers: {},
  protocol: "http/protobuf",
  compression: "gzip",
  temporality: "cumulative",
  histograms: "explicit_bucket_histogram",
  timeoutMillis: 10_000,
  intervalMillis: 60_000,
  certificates: undefined,
  resource: { "service.name": "test" },
  ...changes,
});

export const startTime = 1_700_000_000_000_000_000n;

export interface LogLine {
  readonly level: string;
  readonly message: string;
}

export interface TestExporter {
  readonly push: () => Promise<PushReport>;
  readonly stopping: () => Promise<void>;
  readonly silence: () => Promise<void>;
  /** Lines that were logged at INFO or above. */
  readonly log: ReadonlyArray<LogLine>;
  readonly stop: () => Promise<void>;
}

/** An exporter of a registry over real HTTP. */
export const startExporter = (
  { registry }: Pick<Registry, "registry">,
  settings: MetricsSettings,
  definition: FindDefinition = () => undefined,
  reading: ExporterOptions["reading"] = new RegistryReading({ registries: [registry], definition }),
): TestExporter => {
  const log: Array<LogLine> = [];
  const logger = Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ logLevel, message }) => {
      if (LogLevel.greaterThanEqual(logLevel, LogLevel.Info)) {
        log.push({ level: logLevel.label, message: String(message) });
      }
    }),
  );
  const runtime = ManagedRuntime.make(
    MetricsExporter.layer({
      settings,
      scope: { name: "test", version: "1" },
      reading,
      startTime,
    }).pipe(Layer.provide(FetchHttpClient.layer), Layer.provideMerge(logger)),
  );
  return {
    push: () => runtime.runPromise(Effect.flatMap(MetricsExporter, ({ push }) => push)),
    stopping: () => runtime.runPromise(Effect.flatMap(MetricsExporter, ({ stopping }) => stopping)),
    silence: () => runtime.runPromise(Effect.flatMap(MetricsExporter, ({ silence }) => silence)),
    log,
    stop: () => runtime.dispose(),
  };
};
