import {
  type Attributes,
  makeSampler,
  type RecordedSpan,
  SpanTracer,
} from "@executor/telemetry/tracing";
import type { HttpClient } from "@effect/platform";
import { Context, Effect, Layer } from "effect";
import { type ExportRequest, makeDelivery } from "../delivery/delivery.ts";
import type { InstrumentationScope } from "../metrics/encoding.ts";
import type { TracesSettings } from "../settings/traces.ts";
import { encodeJson } from "./json.ts";
import { encodeProtobuf } from "./protobuf.ts";
import { SpanQueue } from "./span-queue.ts";

export interface SpanExporterOptions {
  readonly settings: TracesSettings;
  readonly scope: InstrumentationScope;
  /** Attributes of every span. */
  readonly attributes?: Attributes;
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
  /** Exports only when it is told to: for a platform on which nothing runs between requests. */
  static readonly layerManual = (
    options: SpanExporterOptions,
  ): Layer.Layer<SpanExporter, never, HttpClient.HttpClient> =>
    Layer.effect(
      SpanExporter,
      Effect.map(make(options), ({ exporter }) => exporter),
    );

  /** Exports at its interval and whenever there is a whole batch, and the rest when the scope closes. */
  static readonly layer = (
    options: SpanExporterOptions,
  ): Layer.Layer<SpanExporter, never, HttpClient.HttpClient> =>
    Layer.scoped(
      SpanExporter,
      Effect.gen(function* () {
        const { exporter, queue, send } = yield* make(options);
        const { intervalMillis } = options.settings;
        const exportForever = (worked: boolean): Effect.Effect<never> =>
          due(worked ? queue : undefined, intervalMillis).pipe(
            Effect.zipRight(send),
            Effect.flatMap(exportForever),
          );
        // The loop ends before the last export begins.
        yield* Effect.addFinalizer(() =>
          Effect.zipRight(
            exporter.flush,
            Effect.suspend(() => (queue.size > 0 ? lost(queue.size) : Effect.void)),
          ),
        );
        yield* Effect.forkScoped(exportForever(true));
        return exporter;
      }),
    );
}

/** Waits for the interval, or for a whole batch in the queue. */
const due = (queue: SpanQueue | undefined, intervalMillis: number): Effect.Effect<void> =>
  Effect.async((resume) => {
    const done = () => resume(Effect.void);
    const timer = setTimeout(done, intervalMillis);
    const forget = queue?.onBatch(done);
    return Effect.sync(() => {
      clearTimeout(timer);
      forget?.();
    });
  });

const make = ({
  settings,
  scope,
  attributes = {},
  recordsArguments = false,
}: SpanExporterOptions) =>
  Effect.gen(function* () {
    const delivery = yield* makeDelivery({
      signal: "traces",
      settings,
      userAgent: `${scope.name}/${scope.version}`,
    });
    const queue = new SpanQueue(settings);
    const encode = settings.protocol === "http/json" ? encodeJson : encodeProtobuf;
    const resource = Object.entries(settings.resource).map(([key, value]) => ({ key, value }));
    const sender = { resource, scope };
    let wasFull = false;

    const requestOf = (
      spans: ReadonlyArray<RecordedSpan>,
      taken: Set<RecordedSpan>,
    ): ExportRequest => ({
      items: spans.length,
      encode: () => encode(sender, spans),
      halve: () => {
        const middle = Math.ceil(spans.length / 2);
        return spans.length < 2
          ? undefined
          : [requestOf(spans.slice(0, middle), taken), requestOf(spans.slice(middle), taken)];
      },
      accept: () => {
        for (const span of spans) taken.add(span);
      },
    });

    /** Sends the oldest batch. Whether the next one is worth an attempt. */
    const sendBatch = Effect.gen(function* () {
      const batch = queue.batch();
      const taken = new Set<RecordedSpan>();
      const requests = [requestOf(batch, taken)];
      const { failure } = yield* delivery.push(Effect.succeed(Effect.sync(() => requests.pop())));
      const mayWorkLater = failure?.retryable === true;
      queue.finish(batch, mayWorkLater ? batch.filter((span) => !taken.has(span)) : []);
      return failure?.isGeneral !== true;
    });

    const tellDropped = Effect.suspend(() => {
      const dropped = queue.takeDropped();
      const isNew = dropped > 0 && !wasFull;
      wasFull = dropped > 0;
      return isNew
        ? Effect.logWarning(
            `${dropped} spans were dropped, because ${settings.maxSize} others waited for their export. Raise OTEL_BSP_MAX_QUEUE_SIZE, or sample fewer traces by OTEL_TRACES_SAMPLER.`,
          )
        : Effect.void;
    });

    /** Whether all went well. */
    const sendAll: Effect.Effect<boolean> = Effect.suspend(() =>
      queue.size === 0
        ? Effect.succeed(true)
        : Effect.flatMap(sendBatch, (worked) => (worked ? sendAll : Effect.succeed(false))),
    );
    const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1);
    const send = oneAtATime(Effect.zipLeft(sendAll, tellDropped));
    const exporter: SpanExporterService = {
      tracer: new SpanTracer({
        sampler: makeSampler(settings.sampler, settings.ratio),
        onEnd: (span) => queue.add(span),
        attributes,
        recordsArguments,
      }),
      flush: Effect.asVoid(send),
      stopping: delivery.stopping,
      silence: delivery.silence,
    };
    return { exporter, queue, send };
  });

const lost = (count: number): Effect.Effect<void> =>
  Effect.logWarning(
    `${count} spans are lost, because the daemon ends and the receiver did not take them.`,
  );
