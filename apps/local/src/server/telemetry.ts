import { processMetricsLayer } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import { FetchHttpClient } from "@effect/platform";
import { Context, Effect, Exit, Layer, Scope } from "effect";
import { hostname } from "node:os";
import { logger } from "../logger.ts";
import { commit, version } from "../version.ts";
import type { PushSettings } from "@executor/otlp";
import { isPushWanted } from "@executor/otlp/switch";

/** The metrics of this process and its build. */
export const processMetrics = (): Layer.Layer<never> =>
  processMetricsLayer({ version, commit: commit(), runtime: `bun ${Bun.version}` });

/** Resource attributes that the environment can replace. Receivers distinguish daemons by the instance. */
const resourceDefaults = {
  "service.name": "executor-local",
  "service.version": version,
  "service.instance.id": hostname(),
};

/** Options of every exporter: it pushes the series that `GET /api/metrics` shows. */
const exported = {
  scope: { name: "executor", version },
  reading: new RegistryReading(),
  startTime: BigInt(Math.round(performance.timeOrigin * 1_000)) * 1_000n,
};

const loadOtlp = Effect.promise(() => import("@executor/otlp"));
const loadOtlpMetrics = Effect.promise(() => import("@effect/opentelemetry/OtlpMetrics"));

const exporterLayer = (
  { MetricsExporter }: Effect.Effect.Success<typeof loadOtlp>,
  settings: PushSettings,
) => Layer.provide(MetricsExporter.layer({ ...exported, settings }), FetchHttpClient.layer);

/** Time for the push to end by its own timeout. */
const graceMillis = 250;

/**
 * Starts to push metrics where the environment asks for it; otherwise it loads nothing and starts nothing. Closing the scope with
 * a success or an interruption pushes once more, within the export timeout. After another failure nothing is pushed: a daemon
 * that did not start would push under the name of the instance that holds its port.
 */
export const startMetricsExport = (): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (!(yield* Effect.orDie(isPushWanted))) return;
    const otlp = yield* loadOtlp;
    const OtlpMetrics = yield* loadOtlpMetrics;
    const { settings, problems } = yield* otlp.readEnvironment(resourceDefaults);
    for (const problem of problems) yield* Effect.logWarning(problem);
    if (settings === undefined) return;
    yield* Effect.logInfo(otlp.describe(settings));
    const push = OtlpMetrics.layer({
      url: settings.url,
      resource: { serviceName: resourceDefaults["service.name"] },
      exportInterval: settings.intervalMillis,
      shutdownTimeout: settings.timeoutMillis,
    }).pipe(
      Layer.provide(otlp.exporterServices),
      Layer.provideMerge(exporterLayer(otlp, settings)),
    );
    const scope = yield* Scope.make();
    const services = yield* Layer.buildWithScope(push, scope);
    const { stopping, silence } = Context.get(services, otlp.MetricsExporter);
    yield* Effect.addFinalizer((exit) =>
      Effect.zipRight(
        Exit.isSuccess(exit) || Exit.isInterrupted(exit) ? stopping : silence,
        Effect.disconnect(Scope.close(scope, Exit.void)).pipe(
          // Finalizers cannot be interrupted, and a timeout waits for an effect that cannot.
          Effect.interruptible,
          Effect.timeoutOption(settings.timeoutMillis + graceMillis),
        ),
      ),
    );
  }).pipe(
    Effect.catchAllCause((cause) =>
      Effect.logError("Metrics are not pushed, because the push did not start.", cause),
    ),
    Effect.provide(logger),
  );

/**
 * Pushes this process's metrics once and without retries to the receiver of the environment, as a separate instance, so that its
 * series do not mix with a running daemon's. Without settings it pushes nothing and gives no report.
 */
export const tryMetricsExport = Effect.gen(function* () {
  if (!(yield* Effect.orDie(isPushWanted))) return { settings: undefined, problems: [] };
  const otlp = yield* loadOtlp;
  const { settings, problems } = yield* otlp.readEnvironment(resourceDefaults);
  if (settings === undefined) return { settings, problems };
  const instance = `${settings.resource["service.instance.id"]}-dry-run`;
  const resource = { ...settings.resource, "service.instance.id": instance };
  const exporter = exporterLayer(otlp, { ...settings, resource });
  const report = yield* Effect.flatMap(otlp.MetricsExporter, ({ tryOnce }) => tryOnce).pipe(
    Effect.provide(Layer.merge(exporter, processMetrics())),
  );
  return { settings, problems, report };
});
