import type { ExporterSettings, PushReport, SettingsDefinition, Signal } from "@executor/otlp";
import { isPushWanted } from "@executor/otlp/switch";
import { FetchHttpClient, type HttpClient } from "@effect/platform";
import { Effect, Layer } from "effect";
import { exported, loadOtlp, processMetrics, readSettings, scope } from "./telemetry.ts";

/** What became of a signal that the environment wants to be pushed. */
export interface Trial {
  readonly signal: Signal;
  /** Without settings nothing was sent, for the reasons in `problems`, and there is no report. */
  readonly settings: ExporterSettings | undefined;
  readonly problems: ReadonlyArray<string>;
  readonly report: PushReport | undefined;
}

const signals: ReadonlyArray<Signal> = ["metrics", "traces", "logs"];

/**
 * Pushes once and without retries to the receivers of the environment, as a separate instance, so that its series do not mix with a
 * running daemon's: this process's metrics, one span, and one log record. Signals that the environment does not want are left out.
 */
export const tryExports: Effect.Effect<ReadonlyArray<Trial>> = Effect.gen(function* () {
  const wanted = yield* Effect.filter(signals, (signal) => Effect.orDie(isPushWanted(signal)));
  if (wanted.length === 0) return [];
  const {
    LogExporter,
    logsSettings,
    MetricsExporter,
    metricsSettings,
    SpanExporter,
    tracesSettings,
  } = yield* loadOtlp;
  const trials = {
    metrics: tried("metrics", metricsSettings, (settings) =>
      Effect.flatMap(MetricsExporter, ({ tryOnce }) => tryOnce).pipe(
        Effect.provide(
          Layer.merge(MetricsExporter.layer({ ...exported, settings }), processMetrics()),
        ),
      ),
    ),
    traces: tried("traces", tracesSettings, (settings) =>
      Effect.flatMap(SpanExporter, ({ tryOnce }) => tryOnce).pipe(
        Effect.provide(SpanExporter.layer({ settings, scope })),
      ),
    ),
    logs: tried("logs", logsSettings, (settings) =>
      Effect.flatMap(LogExporter, ({ tryOnce }) => tryOnce).pipe(
        Effect.provide(LogExporter.layer({ settings, scope })),
      ),
    ),
  };
  return yield* Effect.forEach(wanted, (signal) => trials[signal], { concurrency: "unbounded" });
});

const tried = <Settings extends ExporterSettings>(
  signal: Signal,
  definition: SettingsDefinition<Settings>,
  tryOnce: (settings: Settings) => Effect.Effect<PushReport, never, HttpClient.HttpClient>,
): Effect.Effect<Trial> =>
  Effect.gen(function* () {
    const { settings, problems } = yield* readSettings(definition);
    if (settings === undefined) return { signal, settings, problems, report: undefined };
    const instance = `${settings.resource["service.instance.id"]}-dry-run`;
    const resource = { ...settings.resource, "service.instance.id": instance };
    const report = yield* Effect.provide(tryOnce({ ...settings, resource }), FetchHttpClient.layer);
    return { signal, settings, problems, report };
  });
