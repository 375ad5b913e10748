import { makeSampler, type RecordedSpan, SpanTracer } from "@executor/telemetry/tracing";
import type { HttpClient } from "@effect/platform";
import { Context, Effect, Layer } from "effect";
import { makeBatchExporter } from "../delivery/batch-exporter.ts";
import type { InstrumentationScope } from "../metrics/encoding.ts";
import type { TracesSettings } from "../settings/traces.ts";
import { bytesOf } from "./encoding.ts";
import { encodeJson } from "./json.ts";
import { encodeProtobuf } from "./protobuf.ts";
import { processedSpans } from "./metrics.ts";

export interface SpanExporterOptions {
  readonly settings: TracesSettings;
  readonly scope: InstrumentationScope;
  /** Whether the arguments and results of tool calls are in spans; not unless given. */
  readonly recordsArguments?: boolean;
}

export interface SpanExporterService {
  /** Makes the spans that are exported. */
  readonly tracer: SpanTracer;
  /** Exports the spans that wait, in batches, until the receiver fails. Spans that it may take later stay in the queue. */
  readonly flush: Effect.Effect<void>;
  /** Announces the end, after which an unreachable receiver is tried only once more. */
  readonly stopping: Effect.Effect<void>;
  /** Turns later exports into no-ops. */
  readonly silence: Effect.Effect<void>;
}

/** Exports spans to one OTLP/HTTP receiver. */
export class SpanExporter extends Context.Tag("@executor/otlp/SpanExporter")<
  SpanExporter,
  SpanExporterService
>() {
  /** Exports at its interval and whenever there is a whole batch, and the rest when the scope closes. */
  static readonly layer = (
    options: SpanExporterOptions,
  ): Layer.Layer<SpanExporter, never, HttpClient.HttpClient> =>
    Layer.scoped(
      SpanExporter,
      Effect.gen(function* () {
        const { exporter, exportForever } = yield* make(options);
        yield* exportForever;
        return exporter;
      }),
    );
}

const make = ({ settings, scope, recordsArguments = false }: SpanExporterOptions) =>
  Effect.gen(function* () {
    const { add, exportForever, flush, silence, stopping } = yield* makeBatchExporter<RecordedSpan>(
      {
        signal: "traces",
        settings,
        scope,
        encode: settings.protocol === "http/json" ? encodeJson : encodeProtobuf,
        bytesOf,
        processed: processedSpans,
        advice: "Raise OTEL_BSP_MAX_QUEUE_SIZE, or sample fewer traces by OTEL_TRACES_SAMPLER.",
      },
    );
    const tracer = new SpanTracer({
      sampler: makeSampler(settings.sampler, settings.ratio),
      onEnd: add,
      recordsArguments,
    });
    const exporter: SpanExporterService = { tracer, flush, stopping, silence };
    return { exporter, exportForever };
  });
