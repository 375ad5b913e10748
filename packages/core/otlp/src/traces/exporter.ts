import {
  makeSampler,
  type RecordedSpan,
  SpanTracer,
  unixMillis,
} from "@executor/telemetry/tracing";
import type { HttpClient } from "@effect/platform";
import { Context, Effect, Exit, Layer } from "effect";
import { type BatchExporter, makeBatchExporter } from "../delivery/batch-exporter.ts";
import type { PushReport } from "../delivery/report.ts";
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
  /** Attributes of the resource that win over those of the settings; asked for at each request. */
  readonly resource?: () => Readonly<Record<string, string>>;
  /** Bytes that wait at most; 16 MiB unless given. */
  readonly maxQueueBytes?: number;
}

export interface SpanExporterService {
  /** Makes the spans that are exported. */
  readonly tracer: SpanTracer;
  /** Exports the spans that wait, in batches, until the receiver fails. Spans that it may take later stay in the queue. */
  readonly flush: Effect.Effect<void>;
  /** Exports one span, which is named for it, without retries, and neither records nor logs the report. */
  readonly tryOnce: Effect.Effect<PushReport>;
  /** Announces the end, after which an unreachable receiver is tried only once more. */
  readonly stopping: Effect.Effect<void>;
  /** Turns later exports into no-ops. */
  readonly silence: Effect.Effect<void>;
}

/** An exporter that sends nothing by itself: the app flushes it. */
export interface ManualSpanExporter
  extends
    Pick<SpanExporterService, "tracer" | "flush">,
    Pick<BatchExporter<RecordedSpan>, "waiting" | "onBatch"> {}

/** Exports spans to one OTLP/HTTP receiver, when it is flushed and at no other time: it has no timer while nothing is sent. */
export const manualSpanExporter = (
  options: SpanExporterOptions,
): Effect.Effect<ManualSpanExporter, never, HttpClient.HttpClient> =>
  Effect.map(make(options), ({ tracer, batches: { flush, onBatch, waiting } }) => ({
    tracer,
    flush,
    onBatch,
    waiting,
  }));

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
        const { tracer, batches } = yield* make(options);
        yield* batches.exportForever;
        const { flush, silence, stopping, tryOnce } = batches;
        const trial = Effect.suspend(() => tryOnce(trialSpans()));
        return { tracer, flush, tryOnce: trial, stopping, silence };
      }),
    );
}

/** A span without length that tells where it comes from. */
const trialSpans = (): ReadonlyArray<RecordedSpan> => {
  const spans: Array<RecordedSpan> = [];
  const tracer = new SpanTracer({ sampler: () => true, onEnd: (span) => spans.push(span) });
  const now = BigInt(Math.round(unixMillis())) * 1_000_000n;
  tracer.start({ name: "executor metrics push --dry-run" }, undefined).end(now, Exit.void);
  return spans;
};

const make = ({ settings, scope, recordsArguments = false, ...limits }: SpanExporterOptions) =>
  Effect.map(
    makeBatchExporter<RecordedSpan>({
      ...limits,
      signal: "traces",
      settings,
      scope,
      encode: settings.protocol === "http/json" ? encodeJson : encodeProtobuf,
      bytesOf,
      processed: processedSpans,
      advice: "Raise OTEL_BSP_MAX_QUEUE_SIZE, or sample fewer traces by OTEL_TRACES_SAMPLER.",
    }),
    (batches) => {
      const tracer = new SpanTracer({
        sampler: makeSampler(settings.sampler, settings.ratio),
        onEnd: batches.add,
        recordsArguments,
      });
      return { tracer, batches };
    },
  );
