import { processMetricsLayer } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import { FetchHttpClient } from "@effect/platform";
import { BunFileSystem } from "@effect/platform-bun";
import { Context, Effect, Exit, Layer, ManagedRuntime, type Scope } from "effect";
import { hostname } from "node:os";
import { logger } from "../logger.ts";
import { commit, version } from "../version.ts";
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

/**
 * End of a running push: it is announced, and disposing of the runtime then pushes once more. A daemon that failed to start pushes
 * nothing, since it would push under the name of the instance that holds its port.
 */
class PushEnd extends Context.Tag("@executor/local/PushEnd")<
  PushEnd,
  {
    readonly announce: (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>;
    readonly withinMillis: number;
  }
>() {}

const loadOtlp = Effect.promise(() => import("@executor/otlp"));
const loadOtlpMetrics = Effect.promise(() => import("@effect/opentelemetry/OtlpMetrics"));

/** Settings of the environment. The module is loaded when they are read. */
const readMetrics = Effect.gen(function* () {
  const { readEnvironment, metricsSettings } = yield* loadOtlp;
  return yield* readEnvironment(metricsSettings, resourceDefaults);
}).pipe(Effect.provide(BunFileSystem.layer));

/** The push. Its modules are loaded when it is built. */
const pushLayer = Layer.unwrapEffect(
  Effect.gen(function* () {
    const otlp = yield* loadOtlp;
    const OtlpMetrics = yield* loadOtlpMetrics;
    const { settings, problems } = yield* readMetrics;
    for (const problem of problems) yield* Effect.logWarning(problem);
    if (settings === undefined) {
      return Layer.succeed(PushEnd, { announce: () => Effect.void, withinMillis: 0 });
    }
    yield* Effect.logInfo(otlp.describe(settings));
    const exporter = otlp.MetricsExporter.layer({ ...exported, settings }).pipe(
      Layer.provide(FetchHttpClient.layer),
    );
    const push = OtlpMetrics.layer({
      url: settings.url,
      resource: { serviceName: resourceDefaults["service.name"] },
      exportInterval: settings.intervalMillis,
      shutdownTimeout: settings.timeoutMillis,
    });
    const end = Layer.effect(
      PushEnd,
      Effect.map(otlp.MetricsExporter, ({ stopping, silence }) => ({
        announce: (exit) => (Exit.isSuccess(exit) || Exit.isInterrupted(exit) ? stopping : silence),
        withinMillis: settings.timeoutMillis,
      })),
    );
    return Layer.merge(push.pipe(Layer.provide(otlp.exporterServices)), end).pipe(
      Layer.provide(exporter),
    );
  }),
);

const runtime = ManagedRuntime.make(Layer.provide(pushLayer, logger));

/**
 * Starts to push metrics where the environment asks for it; otherwise it loads nothing and starts nothing. Closing the scope with
 * a success or an interruption pushes once more, within the export timeout. It is called once in a process.
 */
export const startMetricsExport = (): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (!(yield* Effect.orDie(isPushWanted("metrics")))) return;
    const { context } = yield* runtime.runtimeEffect;
    yield* Effect.addFinalizer((exit) => end(Context.get(context, PushEnd), exit));
  }).pipe(
    Effect.catchAllCause((cause) =>
      Effect.logError("Metrics are not pushed, because the push did not start.", cause),
    ),
  );

/** Time for the push to end by its own timeout. */
const graceMillis = 250;

const end = (
  { announce, withinMillis }: Context.Tag.Service<PushEnd>,
  exit: Exit.Exit<unknown, unknown>,
) =>
  Effect.zipRight(
    announce(exit),
    Effect.promise(() => runtime.dispose()).pipe(
      // Finalizers cannot be interrupted, and a timeout waits for an effect that cannot.
      Effect.interruptible,
      Effect.timeoutOption(withinMillis + graceMillis),
    ),
  );

/**
 * Pushes this process's metrics once and without retries to the receiver of the environment, as a separate instance, so that its
 * series do not mix with a running daemon's. Without settings it pushes nothing and gives no report.
 */
export const tryMetricsExport = Effect.gen(function* () {
  if (!(yield* Effect.orDie(isPushWanted("metrics")))) return { settings: undefined, problems: [] };
  const otlp = yield* loadOtlp;
  const { settings, problems } = yield* readMetrics;
  if (settings === undefined) return { settings, problems };
  const instance = `${settings.resource["service.instance.id"]}-dry-run`;
  const resource = { ...settings.resource, "service.instance.id": instance };
  const exporter = otlp.MetricsExporter.layer({
    ...exported,
    settings: { ...settings, resource },
  }).pipe(Layer.provide(FetchHttpClient.layer), Layer.merge(processMetrics()));
  const report = yield* Effect.flatMap(otlp.MetricsExporter, ({ tryOnce }) => tryOnce).pipe(
    Effect.provide(exporter),
  );
  return { settings, problems, report };
});
