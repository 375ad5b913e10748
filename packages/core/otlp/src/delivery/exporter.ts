import { eventLoopTurn, inSlices, nextInSlices } from "@executor/telemetry/reading";
import type { RegistryReading } from "@executor/telemetry/reading";
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization";
import { HttpBody, HttpClient, HttpClientResponse } from "@effect/platform";
import { Clock, Context, Effect, Fiber, Layer, Runtime } from "effect";
import { type Batch, batches, halve, pointsIn } from "../metrics/batches.ts";
import { DeltaMemory } from "../metrics/delta.ts";
import type { Encoding, InstrumentationScope } from "../metrics/encoding.ts";
import { SeriesGroups } from "../metrics/groups.ts";
import { jsonEncoding } from "../metrics/json.ts";
import { protobufEncoding } from "../metrics/protobuf.ts";
import type { PushSettings } from "../settings/environment.ts";
import type { Accepted, Failed } from "./answer.ts";
import { compress, postWithRetries } from "./post.ts";
import { addReports, emptyReport, makeReporter, type PushReport } from "./report.ts";

export interface ExporterOptions {
  readonly settings: PushSettings;
  readonly scope: InstrumentationScope;
  /** Reads all series, once for each export. */
  readonly reading: Pick<RegistryReading, "steps">;
  /** Start of cumulative values in Unix nanoseconds. */
  readonly startTime: bigint;
  /** Size of a request before compression; 4 MiB unless given, which common receivers take. */
  readonly maxRequestBytes?: number;
}

export interface MetricsExporterService {
  /** Exports all metrics, records and logs the report and returns it. One export runs at a time. */
  readonly push: Effect.Effect<PushReport>;
  /** Exports all metrics without retries, and neither records nor logs the report. */
  readonly tryOnce: Effect.Effect<PushReport>;
  /** Announces the end: running and later exports get one more timeout, and an unreachable receiver is tried only once more. */
  readonly stopping: Effect.Effect<void>;
  /** Turns later exports into no-ops. */
  readonly silence: Effect.Effect<void>;
}

const defaultMaxRequestBytes = 4 * 1024 * 1024;
/** Requests of this size are not halved for a receiver that finds them too large. */
const minRequestBytes = 64 * 1024;

/** Pushes metrics to one OTLP/HTTP receiver. */
export class MetricsExporter extends Context.Tag("@executor/otlp/MetricsExporter")<
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
  const { settings, scope, reading, startTime } = options;
  const { timeoutMillis } = settings;
  const encoding: Encoding = settings.protocol === "http/json" ? jsonEncoding : protobufEncoding;
  const resource = Object.entries(settings.resource).map(([key, value]) => ({ key, value }));
  const sender = { resource, scope };
  const posting = {
    client,
    settings,
    contentType: encoding.contentType,
    userAgent: `${scope.name}/${scope.version}`,
  };
  const groups = new SeriesGroups(settings.temporality);
  const deltas = new DeltaMemory();
  const record = makeReporter(settings.url, settings.intervalMillis);
  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1);
  let stopBy = Number.POSITIVE_INFINITY;
  let isSilent = false;
  let maxBytes = options.maxRequestBytes ?? defaultMaxRequestBytes;

  const send = (
    batch: Batch,
    deadline: number,
    retry: boolean,
  ): Effect.Effect<Accepted, Failed> => {
    const bytes = encoding.encodeRequest(sender, batch);
    return Effect.flatMap(compress(bytes, settings), (body) =>
      postWithRetries(posting, body, {
        deadline,
        isWorthwhile: ({ status }, attempts) =>
          retry && (stopBy === Number.POSITIVE_INFINITY || status !== undefined || attempts < 2),
      }),
    ).pipe(
      Effect.tapError(({ status }) =>
        Effect.sync(() => {
          if (status !== 413) return;
          maxBytes = Math.max(minRequestBytes, Math.min(maxBytes, Math.floor(bytes.length / 2)));
        }),
      ),
    );
  };

  /** Sends a request, in halves where the receiver finds it too large. */
  const deliver = (batch: Batch, deadline: number, retry: boolean): Effect.Effect<PushReport> =>
    Effect.matchEffect(
      Effect.suspend(() => send(batch, deadline, retry)),
      {
        onSuccess: ({ rejected: left, message, status }) =>
          Effect.sync(() => {
            for (const { header, points: taken } of batch) {
              if (header.temporality === "delta") deltas.accept(taken);
            }
            const points = pointsIn(batch);
            const rejected = Math.min(left, points);
            const accepted = points - rejected;
            return { ...emptyReport, requests: 1, accepted, rejected, message, status };
          }),
        onFailure: (failure) => {
          const halves = failure.status === 413 ? halve(batch, encoding) : undefined;
          if (halves === undefined) {
            return Effect.succeed(failedReport(failure, pointsIn(batch), 1));
          }
          const [first, second] = halves;
          return Effect.zipWith(
            deliver(first, deadline, retry),
            deliver(second, deadline, retry),
            addReports,
          );
        },
      },
    );

  const run = (retry: boolean): Effect.Effect<PushReport> =>
    Effect.gen(function* () {
      // The caller may have held the event loop.
      yield* eventLoopTurn;
      const series = yield* inSlices(() => reading.steps());
      const time = BigInt(yield* Clock.currentTimeMillis) * 1_000_000n;
      const requests = batches({
        groups: yield* inSlices(() => groups.steps(series)),
        series,
        times: { startTime, time },
        encoding,
        deltas,
        limit: () => maxBytes,
      });
      let next = yield* nextInSlices(requests);
      const deadline = Math.min((yield* Clock.currentTimeMillis) + timeoutMillis, stopBy);
      let report = emptyReport;
      for (; next.done !== true; next = yield* nextInSlices(requests)) {
        const batch = next.value;
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
    // A defect must not reach `OtlpMetrics.layer`, which would push nothing for a minute without a word.
    Effect.catchAllCause((cause) =>
      Effect.as(Effect.logError("Metrics are not pushed this time.", cause), emptyReport),
    ),
  );

  return {
    // A separate fiber, because an interruption must not leave a request whose outcome is unknown, and because the logger must be
    // the layer's also where the layer's scope is closed.
    push: Effect.suspend(() => Fiber.join(Runtime.runFork(runtime)(oneAtATime(pushOnce)))).pipe(
      Effect.uninterruptible,
    ),
    tryOnce: oneAtATime(run(false)),
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

/** Whether the next request of an export would fail too: only 400 and 413 refuse the content of a request. */
const isGeneral = ({ status }: Failed): boolean => status !== 400 && status !== 413;

/**
 * Encoder for `OtlpMetrics.layer` that encodes nothing. The layer's own mapping of the registry is not used: it rounds integers
 * beyond 2^53, keeps series whose subject is gone, and reads observed values late.
 */
export const emptySerialization = Layer.succeed(OtlpSerialization.OtlpSerialization, {
  traces: () => HttpBody.empty,
  metrics: () => HttpBody.empty,
  logs: () => HttpBody.empty,
});

/**
 * HTTP client for `OtlpMetrics.layer`: each of its requests, on its interval and at its end, runs {@link MetricsExporter.push}.
 * The answer is always a success, since the layer sends nothing for a minute after a failure.
 */
const client = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(MetricsExporter, ({ push }) =>
    HttpClient.make((request) =>
      Effect.as(push, HttpClientResponse.fromWeb(request, new Response(null, { status: 200 }))),
    ),
  ),
);

/** Both services that `OtlpMetrics.layer` needs. */
export const exporterServices = Layer.merge(emptySerialization, client);
