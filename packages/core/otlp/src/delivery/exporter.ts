import type { FindDefinition } from "@executor/api/metric-descriptor";
import type { Pair } from "@executor/api/metric-point";
import { HttpClient } from "@effect/platform";
import { Clock, Context, Effect, Fiber, Layer, Runtime } from "effect";
import { batches, halve, pointsIn } from "../metrics/batches.ts";
import type { Batch } from "../metrics/batches.ts";
import { groupByMetric } from "../metrics/collect.ts";
import { DeltaMemory } from "../metrics/delta.ts";
import type { Encoding } from "../metrics/encoding.ts";
import { jsonEncoding } from "../metrics/json.ts";
import type { InstrumentationScope } from "../metrics/model.ts";
import type { Failed, Outcome } from "./outcome.ts";
import { compress, post } from "./post.ts";
import { protobufEncoding } from "../metrics/protobuf.ts";
import { addReports, emptyReport, makeReporter } from "./report.ts";
import type { PushReport } from "./report.ts";
import { withRetries } from "./retry.ts";
import type { PushSettings } from "../settings/environment.ts";
import { eventLoopTurn, nextOf } from "../metrics/slices.ts";

export interface ExporterOptions {
  readonly settings: PushSettings;
  readonly scope: InstrumentationScope;
  /** Called once for each export. */
  readonly snapshot: () => ReadonlyArray<Pair>;
  readonly definition: FindDefinition;
  /** Unix nanoseconds: since when cumulative values count. */
  readonly startTime: bigint;
  /** The size of a request before it is compressed; 4 MiB unless given, which is what common receivers take. */
  readonly maxRequestBytes?: number;
}

export interface MetricsExporterService {
  /** Pushes a snapshot; what came of it is recorded, logged and returned. One runs at a time. */
  readonly push: Effect.Effect<PushReport>;
  /** Sends a snapshot once, without retries, and neither records nor logs anything. */
  readonly tryOnce: Effect.Effect<PushReport>;
  /**
   * Says that the end is near: what is under way and what follows is done within one more timeout, and a receiver that cannot be
   * reached is tried only once more.
   */
  readonly stopping: Effect.Effect<void>;
  /** Pushes nothing from now on. */
  readonly silence: Effect.Effect<void>;
}

const defaultMaxRequestBytes = 4 * 1024 * 1024;
/** A receiver that refuses even this as too large is left to refuse it. */
const minRequestBytes = 64 * 1024;

/** Pushes metrics to one OTLP/HTTP receiver. */
export class MetricsExporter extends Context.Tag("@executor/local/MetricsExporter")<
  MetricsExporter,
  MetricsExporterService
>() {
  static readonly layer = (
    options: ExporterOptions,
  ): Layer.Layer<MetricsExporter, never, HttpClient.HttpClient> =>
    Layer.effect(
      MetricsExporter,
      Effect.gen(function* () {
        return make(yield* HttpClient.HttpClient, yield* Effect.runtime(), options);
      }),
    );
}

const make = (
  client: HttpClient.HttpClient,
  runtime: Runtime.Runtime<never>,
  options: ExporterOptions,
): MetricsExporterService => {
  const { settings, scope, snapshot, definition, startTime } = options;
  const { temporality, timeoutMillis } = settings;
  const encoding: Encoding = settings.protocol === "http/json" ? jsonEncoding : protobufEncoding;
  const resource = Object.entries(settings.resource).map(([key, value]) => ({ key, value }));
  const sender = { resource, scope };
  const posting = {
    client,
    settings,
    contentType: encoding.contentType,
    userAgent: `${scope.name}/${scope.version}`,
  };
  const deltas = new DeltaMemory();
  const record = makeReporter(settings.url, settings.intervalMillis);
  const one = Effect.unsafeMakeSemaphore(1);
  let stopBy = Number.POSITIVE_INFINITY;
  let isSilent = false;
  let maxBytes = options.maxRequestBytes ?? defaultMaxRequestBytes;

  const send = (batch: Batch, deadline: number, retry: boolean): Effect.Effect<Outcome> =>
    Effect.gen(function* () {
      const bytes = encoding.encodeRequest(sender, batch);
      const body = yield* compress(bytes, settings);
      const outcome = yield* withRetries((remaining) => post(posting, body, remaining), {
        deadline,
        worthwhile: ({ status }, attempts) =>
          retry && (stopBy === Number.POSITIVE_INFINITY || status !== undefined || attempts < 2),
      });
      if (outcome.status === 413) {
        maxBytes = Math.max(minRequestBytes, Math.min(maxBytes, Math.floor(bytes.length / 2)));
      }
      return outcome;
    });

  /** Sends a request, in halves where the receiver finds it too large. */
  const deliver = (batch: Batch, deadline: number, retry: boolean): Effect.Effect<PushReport> =>
    Effect.gen(function* () {
      const outcome = yield* send(batch, deadline, retry);
      const halves = outcome.status === 413 ? halve(batch, encoding) : undefined;
      if (halves !== undefined) {
        const [first, second] = halves;
        return addReports(
          yield* deliver(first, deadline, retry),
          yield* deliver(second, deadline, retry),
        );
      }
      if (outcome._tag === "failed") return failedReport(outcome, pointsIn(batch), 1);
      deltas.accept(batch.flatMap(({ points }) => points));
      const { status, message } = outcome;
      const rejected = Math.min(outcome.rejected, pointsIn(batch));
      const accepted = pointsIn(batch) - rejected;
      return { ...emptyReport, requests: 1, accepted, rejected, message, status };
    });

  const run = (retry: boolean): Effect.Effect<PushReport> =>
    Effect.gen(function* () {
      // Whoever started the export may have held the event loop.
      yield* eventLoopTurn;
      const pairs = snapshot();
      const times = { startTime, time: BigInt(yield* Clock.currentTimeMillis) * 1_000_000n };
      yield* eventLoopTurn;
      const groups = (yield* nextOf(groupByMetric(pairs, { definition, temporality }))) ?? [];
      const requests = batches(groups, times, encoding, deltas, () => maxBytes);
      let batch = yield* nextOf(requests);
      const deadline = Math.min((yield* Clock.currentTimeMillis) + timeoutMillis, stopBy);
      let report = emptyReport;
      for (; batch !== undefined; batch = yield* nextOf(requests)) {
        report = addReports(
          report,
          report.failure !== undefined && isGeneral(report.failure)
            ? failedReport(report.failure, pointsIn(batch), 0)
            : yield* deliver(batch, deadline, retry),
        );
      }
      return report;
    });

  const pushOnce = Effect.suspend(() =>
    isSilent ? Effect.succeed(emptyReport) : Effect.tap(run(true), record),
  ).pipe(
    // Whoever called goes on after a defect too: `OtlpMetrics.layer` would fall silent for a minute, and tell nobody.
    Effect.catchAllCause((cause) =>
      Effect.as(Effect.logError("Metrics are not pushed this time.", cause), emptyReport),
    ),
  );

  return {
    // On a fiber of its own: an interruption leaves no request of which nobody knows whether the receiver took it, and the logger
    // is that of the layer, also where the layer's scope is closed.
    push: Effect.suspend(() =>
      Fiber.join(Runtime.runFork(runtime)(one.withPermits(1)(pushOnce))),
    ).pipe(Effect.uninterruptible),
    tryOnce: one.withPermits(1)(run(false)),
    stopping: Effect.map(Clock.currentTimeMillis, (now) => {
      stopBy = now + timeoutMillis;
    }),
    silence: Effect.sync(() => {
      isSilent = true;
    }),
  };
};

const failedReport = (failure: Failed, points: number, requests: number): PushReport => ({
  ...emptyReport,
  requests,
  failed: points,
  failure,
  status: failure.status,
});

/** Whether the next request of the same export would fail likewise: only 400 and 413 speak of what is in the request. */
const isGeneral = ({ status }: Failed): boolean => status !== 400 && status !== 413;
