import type { LogExporterService } from "@executor/otlp";
import { isPushWanted } from "@executor/otlp/switch";
import { FetchHttpClient } from "@effect/platform";
import { Context, Effect, Layer, Logger, ManagedRuntime, Scope } from "effect";
import { logger } from "../logger.ts";
import { disposeAtEnd, type PushEnd } from "./push-end.ts";
import { logProblems, readSettings, scope } from "./telemetry.ts";

/** The export of log records; `undefined` where the settings do not allow it. */
class LogExport extends Context.Tag("@executor/local/LogExport")<
  LogExport,
  (LogExporterService & PushEnd) | undefined
>() {}

/** Its modules are loaded when it is built. What it logs about itself goes to standard error alone. */
const exportLayer = Layer.unwrapEffect(
  Effect.gen(function* () {
    const otlp = yield* Effect.promise(() => import("@executor/otlp"));
    const { settings, problems } = yield* readSettings(otlp.logsSettings);
    yield* logProblems(problems);
    if (settings === undefined) return Layer.succeed(LogExport, undefined);
    yield* Effect.logInfo(otlp.describeLogs(settings));
    const exporter = Effect.map(otlp.LogExporter, (service) => ({
      ...service,
      withinMillis: settings.timeoutMillis,
    }));
    return Layer.effect(LogExport, exporter).pipe(
      Layer.provide(otlp.LogExporter.layer({ settings, scope })),
      Layer.provide(FetchHttpClient.layer),
    );
  }),
);

const runtime = ManagedRuntime.make(Layer.provide(exportLayer, logger));

/**
 * Exports what an effect logs where the environment asks for it, besides the lines on standard error; otherwise it loads nothing.
 * What is left is exported when the scope `pushes` closes, within the export timeout. It is used once in a process.
 */
export const withLogsExport =
  (pushes: Scope.Scope) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const exporter = yield* Scope.extend(start, pushes);
      return yield* exporter === undefined
        ? effect
        : Effect.provide(effect, Logger.add(exporter.logger));
    });

const start = Effect.gen(function* () {
  if (!(yield* Effect.orDie(isPushWanted("logs")))) return undefined;
  const exporter = Context.get((yield* runtime.runtimeEffect).context, LogExport);
  if (exporter !== undefined) yield* disposeAtEnd(runtime, exporter);
  return exporter;
}).pipe(
  Effect.catchAllCause((cause) =>
    Effect.logError("Logs are not pushed, because their export did not start.", cause),
  ),
  Effect.map((exporter) => exporter ?? undefined),
);
