import type { SpanExporterService, TracesSettings } from "@executor/otlp";
import { isPushWanted } from "@executor/otlp/switch";
import type { SpanTracer } from "@executor/telemetry/tracing";
import { FetchHttpClient } from "@effect/platform";
import { Config, Context, Effect, Layer, ManagedRuntime, type Scope } from "effect";
import { logger } from "../logger.ts";
import { disposeAtEnd } from "./push-end.ts";
import { logProblems, readSettings, scope } from "./telemetry.ts";

/** Whether the arguments and results of tool calls are written on spans, without credentials. */
const recordsArguments = Config.boolean("EXECUTOR_TRACE_ARGUMENTS").pipe(
  Config.withDefault(false),
  Effect.catchAll(() =>
    Effect.as(
      Effect.logWarning("EXECUTOR_TRACE_ARGUMENTS is neither true nor false; false is used."),
      false,
    ),
  ),
);

/** The export of spans; `undefined` where the settings do not allow it. */
class TraceExport extends Context.Tag("@executor/local/TraceExport")<
  TraceExport,
  (SpanExporterService & { readonly settings: TracesSettings }) | undefined
>() {}

const loadOtlp = Effect.promise(() => import("@executor/otlp"));

/** Its modules are loaded when it is built. */
const exportLayer = Layer.unwrapEffect(
  Effect.gen(function* () {
    const { describeTraces, SpanExporter, tracesSettings } = yield* loadOtlp;
    const { settings, problems } = yield* readSettings(tracesSettings);
    yield* logProblems(problems);
    if (settings === undefined) return Layer.succeed(TraceExport, undefined);
    yield* Effect.logInfo(describeTraces(settings));
    const exporter = SpanExporter.layer({
      settings,
      scope,
      recordsArguments: yield* recordsArguments,
    });
    return Layer.effect(
      TraceExport,
      Effect.map(SpanExporter, (service) => ({ ...service, settings })),
    ).pipe(Layer.provide(exporter), Layer.provide(FetchHttpClient.layer));
  }),
);

const runtime = ManagedRuntime.make(Layer.provide(exportLayer, logger));

/**
 * Starts to export spans where the environment asks for it, and gives their tracer; otherwise it loads nothing and starts nothing.
 * Closing the scope with a success or an interruption exports what is left, within the export timeout. It is called once in a process.
 */
export const startTracesExport = (): Effect.Effect<SpanTracer | undefined, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (!(yield* Effect.orDie(isPushWanted("traces")))) return undefined;
    const { context } = yield* runtime.runtimeEffect;
    const exporter = Context.get(context, TraceExport);
    if (exporter === undefined) return undefined;
    yield* disposeAtEnd(runtime, {
      ...exporter,
      withinMillis: exporter.settings.timeoutMillis,
    });
    return exporter.tracer;
  }).pipe(
    Effect.catchAllCause((cause) =>
      Effect.as(
        Effect.logError("Traces are not pushed, because their export did not start.", cause),
        undefined,
      ),
    ),
  );
