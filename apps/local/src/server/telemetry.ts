import { processMetricsLayer } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import { FetchHttpClient } from "@effect/platform";
import * as BunFileSystem from "@effect/platform-bun/BunFileSystem";
import { Context, Effect, Layer, ManagedRuntime, type Scope } from "effect";
import { hostname } from "node:os";
import { logger } from "../logger.ts";
import { commit, version } from "../version.ts";
import type { SettingsDefinition } from "@executor/otlp";
import { isPushWanted } from "@executor/otlp/switch";
import { disposeAtEnd, type PushEnd } from "./push-end.ts";

/** The metrics of this process and its build. */
export const processMetrics = (): Layer.Layer<never> =>
  processMetricsLayer({ version, commit: commit(), runtime: `bun ${Bun.version}` });

/** Resource attributes that the environment can replace. Receivers distinguish daemons by the instance. */
const resourceDefaults = {
  "service.name": "executor-local",
  "service.version": version,
  "service.instance.id": hostname(),
};

/** The instrumentation scope of all telemetry. */
export const scope = { name: "executor", version };

/** Options of every exporter of metrics: it pushes the series that `GET /api/metrics` shows. */
export const exported = {
  scope,
  reading: new RegistryReading(),
  startTime: BigInt(Math.round(performance.timeOrigin * 1_000)) * 1_000n,
};

/** End of a running push; `undefined` where the settings do not allow one. */
class MetricsEnd extends Context.Tag("@executor/local/MetricsEnd")<
  MetricsEnd,
  PushEnd | undefined
>() {}

export const loadOtlp = Effect.promise(() => import("@executor/otlp"));
const loadOtlpMetrics = Effect.promise(() => import("@effect/opentelemetry/OtlpMetrics"));

/** Settings of the environment. The module is loaded when they are read. */
export const readSettings = <Settings>(definition: SettingsDefinition<Settings>) =>
  Effect.flatMap(loadOtlp, ({ readEnvironment }) =>
    readEnvironment(definition, resourceDefaults),
  ).pipe(Effect.provide(BunFileSystem.layer));

const readMetrics = Effect.flatMap(loadOtlp, ({ metricsSettings }) =>
  readSettings(metricsSettings),
);

const told = new Set<string>();

/** Logs problems of the environment, each once: every signal finds those of the variables that are for all of them. */
export const logProblems = (problems: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.forEach(
    problems.filter((problem) => !told.has(problem)),
    (problem) => {
      told.add(problem);
      return Effect.logWarning(problem);
    },
    { discard: true },
  );

/** The push. Its modules are loaded when it is built. */
const pushLayer = Layer.unwrapEffect(
  Effect.gen(function* () {
    const otlp = yield* loadOtlp;
    const OtlpMetrics = yield* loadOtlpMetrics;
    const { settings, problems } = yield* readMetrics;
    yield* logProblems(problems);
    if (settings === undefined) {
      return Layer.succeed(MetricsEnd, undefined);
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
      MetricsEnd,
      Effect.map(otlp.MetricsExporter, ({ stopping, silence }) => ({
        stopping,
        silence,
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
    const end = Context.get(context, MetricsEnd);
    if (end !== undefined) yield* disposeAtEnd(runtime, end);
  }).pipe(
    Effect.catchAllCause((cause) =>
      Effect.logError("Metrics are not pushed, because the push did not start.", cause),
    ),
  );
