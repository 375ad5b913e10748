import { HttpClient } from "@effect/platform";
import { Clock, Effect, Either, Fiber, Runtime } from "effect";
import type { ExporterSettings } from "../settings/exporter.ts";
import { type Signal, signalTraits } from "../settings/signal.ts";
import type { Failed } from "./answer.ts";
import { compress, postWithRetries } from "./post.ts";
import { makeRedact } from "./redaction.ts";
import { addReports, emptyReport, failedReport, makeReporter, type PushReport } from "./report.ts";

export interface DeliveryOptions {
  readonly signal: Signal;
  readonly settings: ExporterSettings;
  /** Header of each request, which the settings' headers can replace. */
  readonly userAgent: string;
  /** Size of a request before compression; 4 MiB unless given, which common receivers take. */
  readonly maxRequestBytes?: number;
}

/** Items to send in one request. */
export interface ExportRequest {
  /** Data points, spans or log records in it. */
  readonly items: number;
  /** The body, in the protocol of the settings, before compression. */
  readonly encode: () => Uint8Array;
  /** Two requests of this one, for a receiver that finds it too large; `undefined` where it has one item. */
  readonly halve: () => Halves | undefined;
  /** Called once the receiver has taken the request, with the items that it left out. */
  readonly accept?: () => void;
}

type Halves = readonly [ExportRequest, ExportRequest];

/** A request that is too large, in two. */
interface Split {
  readonly halves: Halves;
  /** Whether the receiver was asked. */
  readonly requests: 0 | 1;
}

/** Gives the next request of one export; `undefined` after the last. */
export type NextRequest = Effect.Effect<ExportRequest | undefined>;

/** Sends the items of one signal to one receiver over OTLP/HTTP. */
export interface Delivery {
  /**
   * Sends all requests of an export within the timeout, with retries; records what became of the items in
   * `otel.sdk.exporter.*.exported`, logs the first report of a new state, and returns it. It never fails: whether items that
   * failed are dropped or sent again is the caller's choice. `open` is run when the exports before this one have ended: one runs
   * at a time, and none is interrupted.
   */
  readonly push: (open: Effect.Effect<NextRequest>) => Effect.Effect<PushReport>;
  /** Sends all requests of an export without retries, and neither records nor logs the report. */
  readonly tryOnce: (open: Effect.Effect<NextRequest>) => Effect.Effect<PushReport>;
  /** Bytes that a request may have now; a receiver that answers 413 lowers it. */
  readonly maxRequestBytes: () => number;
  /** Announces the end: running and later exports get one more timeout, and an unreachable receiver is tried only once more. */
  readonly stopping: Effect.Effect<void>;
  /** Turns later exports into no-ops. */
  readonly silence: Effect.Effect<void>;
}

const defaultMaxRequestBytes = 4 * 1024 * 1024;
/** Requests of this size are not halved: a receiver that finds them too large takes nothing. */
const minRequestBytes = 64 * 1024;

/** A delivery; what it logs goes to the loggers of the fiber that makes it. */
export const makeDelivery = (
  options: DeliveryOptions,
): Effect.Effect<Delivery, never, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    return make(yield* HttpClient.HttpClient, yield* Effect.runtime(), options);
  });

const make = (
  client: HttpClient.HttpClient,
  runtime: Runtime.Runtime<never>,
  { signal, settings, userAgent, maxRequestBytes = defaultMaxRequestBytes }: DeliveryOptions,
): Delivery => {
  const { timeoutMillis } = settings;
  const posting = { client, signal, settings, userAgent, redact: makeRedact(settings.headers) };
  const record = makeReporter(signal, settings.url);
  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1);
  let stopBy = Number.POSITIVE_INFINITY;
  let isSilent = false;
  let maxBytes = maxRequestBytes;
  /** The refusal after which the receiver wants time to pass, until `until` in Unix milliseconds. */
  let throttled: { readonly failure: Failed; readonly until: number } | undefined;

  const isWorthwhile =
    (retry: boolean) =>
    ({ status }: Failed, attempts: number): boolean =>
      retry && (stopBy === Number.POSITIVE_INFINITY || status !== undefined || attempts < 2);

  /** Waits until the receiver wants the next request; its last refusal where that is after the deadline. */
  const waitForTurn = (deadline: number): Effect.Effect<Failed | undefined> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (throttled === undefined || throttled.until <= now) return Effect.succeed(undefined);
      return throttled.until < deadline
        ? Effect.as(Effect.sleep(throttled.until - now), undefined)
        : Effect.succeed(throttled.failure);
    });

  const remember = (failure: Failed): Effect.Effect<void> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      if (failure.retryAfterMillis === 0) return;
      throttled = { failure, until: now + failure.retryAfterMillis };
    });

  /** Sends a request; in its place come its halves where it is larger than a request may be, or the receiver finds it so. */
  const send = (
    request: ExportRequest,
    deadline: number,
    retry: boolean,
  ): Effect.Effect<PushReport, Split> => {
    const bytes = request.encode();
    const tooLarge = bytes.length > maxBytes ? request.halve() : undefined;
    if (tooLarge !== undefined) return Effect.fail({ halves: tooLarge, requests: 0 });
    return compress(bytes, settings).pipe(
      Effect.flatMap((body) =>
        postWithRetries(posting, body, { deadline, isWorthwhile: isWorthwhile(retry) }),
      ),
      Effect.tapError(remember),
      Effect.matchEffect({
        onSuccess: ({ rejected: left, message, status }) =>
          Effect.sync(() => {
            request.accept?.();
            const rejected = Math.min(left, request.items);
            const accepted = request.items - rejected;
            return { ...emptyReport, requests: 1, accepted, rejected, message, status };
          }),
        onFailure: (failure) => {
          if (failure.status !== 413) return Effect.succeed(failedReport(failure, request.items));
          const isSmall = bytes.length <= minRequestBytes;
          const halves = isSmall ? undefined : request.halve();
          if (halves === undefined) {
            return Effect.succeed(failedReport({ ...failure, isGeneral: isSmall }, request.items));
          }
          maxBytes = Math.max(minRequestBytes, Math.min(maxBytes, Math.floor(bytes.length / 2)));
          return Effect.fail({ halves, requests: 1 } as const);
        },
      }),
    );
  };

  const run = (open: Effect.Effect<NextRequest>, retry: boolean): Effect.Effect<PushReport> =>
    Effect.gen(function* () {
      const next = yield* open;
      const waiting: Array<ExportRequest> = [];
      let request = yield* next;
      const deadline = Math.min((yield* Clock.currentTimeMillis) + timeoutMillis, stopBy);
      let report = emptyReport;
      for (; request !== undefined; request = waiting.pop() ?? (yield* next)) {
        const hopeless =
          report.failure?.isGeneral === true ? report.failure : yield* waitForTurn(deadline);
        if (hopeless !== undefined) {
          report = addReports(report, { ...failedReport(hopeless, request.items), requests: 0 });
          continue;
        }
        const sent = yield* Effect.either(send(request, deadline, retry));
        if (Either.isRight(sent)) {
          report = addReports(report, sent.right);
        } else {
          const { halves, requests } = sent.left;
          waiting.push(...halves.toReversed());
          report = { ...report, requests: report.requests + requests };
        }
      }
      return report;
    });

  const pushOnce = (open: Effect.Effect<NextRequest>) =>
    Effect.suspend(() =>
      isSilent ? Effect.succeed(emptyReport) : Effect.tap(run(open, true), record),
    ).pipe(
      Effect.catchAllCause((cause) =>
        Effect.as(
          Effect.logError(`${signalTraits[signal].title} are not pushed this time.`, cause),
          emptyReport,
        ),
      ),
    );

  return {
    // A separate fiber, because an interruption must not leave a request whose outcome is unknown, and because the logger must be
    // the maker's also where its scope is closed.
    push: (open) =>
      Effect.suspend(() => Fiber.join(Runtime.runFork(runtime)(oneAtATime(pushOnce(open))))).pipe(
        Effect.uninterruptible,
      ),
    tryOnce: (open) => oneAtATime(run(open, false)),
    maxRequestBytes: () => maxBytes,
    stopping: Effect.map(Clock.currentTimeMillis, (now) => {
      stopBy = now + timeoutMillis;
    }),
    silence: Effect.sync(() => {
      isSilent = true;
    }),
  };
};
