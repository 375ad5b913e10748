import { FetchHttpClient, HttpBody, HttpClientRequest } from "@effect/platform";
import type { HttpClient, HttpClientError, HttpClientResponse } from "@effect/platform";
import { Clock, Duration, Effect, Schedule, Stream } from "effect";
import { gzip } from "node:zlib";
import type { ExporterSettings } from "../settings/exporter.ts";
import type { Signal } from "../settings/signal.ts";
import { readAnswer, timedOut, unreachable } from "./answer.ts";
import type { Accepted, Answer, Failed } from "./answer.ts";
import type { Redact } from "./redaction.ts";

export interface PostOptions {
  readonly client: HttpClient.HttpClient;
  readonly signal: Signal;
  readonly settings: ExporterSettings;
  readonly userAgent: string;
  readonly redact: Redact;
}

/** Body of a request, compressed or not. */
export interface RequestBody {
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
}

const contentTypes = {
  "http/protobuf": "application/x-protobuf",
  "http/json": "application/json",
} as const;

/** The rest of a longer answer is not read. */
const maxAnswerBytes = 64 * 1024;

/** Compresses in the thread pool. On metrics, the higher levels cost three times as much for another tenth. */
export const compress = (
  bytes: Uint8Array,
  { compression }: Pick<ExporterSettings, "compression">,
): Effect.Effect<RequestBody> =>
  compression === "none"
    ? Effect.succeed({ bytes, compressed: false })
    : Effect.async((resume) =>
        gzip(bytes, { level: 2 }, (error, result) =>
          resume(
            error === null
              ? Effect.succeed({ bytes: result, compressed: true })
              : Effect.die(error),
          ),
        ),
      );

export interface RetryOptions {
  /** Unix milliseconds; no attempt starts after it. */
  readonly deadline: number;
  /** Whether a failure that can be retried should be, after this many attempts. */
  readonly isWorthwhile: (failure: Failed, attempts: number) => boolean;
}

/**
 * Posts until the receiver takes the request, refuses it for good, or the deadline leaves no time for another attempt:
 * exponential backoff with jitter, and no sooner than the receiver's `Retry-After` (OTLP 1.x, "OTLP/HTTP Throttling").
 */
export const postWithRetries = (
  options: PostOptions,
  body: RequestBody,
  { deadline, isWorthwhile }: RetryOptions,
): Effect.Effect<Accepted, Failed> => {
  let attempts = 0;
  const attempt = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    attempts += 1;
    return post(options, body, Math.max(1, deadline - now));
  });
  return Effect.retry(
    attempt,
    Schedule.identity<Failed>().pipe(
      Schedule.zipLeft(backoff),
      Schedule.whileInput(
        (failure: Failed) => failure.retryable && isWorthwhile(failure, attempts),
      ),
      Schedule.modifyDelay(({ retryAfterMillis }, delay) => Duration.max(delay, retryAfterMillis)),
      Schedule.delays,
      Schedule.whileOutputEffect((delay) =>
        Effect.map(Clock.currentTimeMillis, (now) => now + Duration.toMillis(delay) < deadline),
      ),
    ),
  );
};

const backoff = Schedule.exponential("250 millis").pipe(
  Schedule.modifyDelay((_, delay) => Duration.min(delay, "5 seconds")),
  Schedule.jitteredWith({ min: 0.75, max: 1.25 }),
);

/** Sends a request once and reads the answer, within the time. Redirects are not followed: headers hold keys. */
const post = (
  { client, signal, settings, userAgent, redact }: PostOptions,
  { bytes, compressed }: RequestBody,
  timeoutMillis: number,
): Effect.Effect<Accepted, Failed> => {
  const request = HttpClientRequest.post(settings.url, {
    headers: {
      "user-agent": userAgent,
      ...settings.headers,
      ...(compressed ? { "content-encoding": "gzip" } : {}),
    },
    body: HttpBody.uint8Array(bytes, contentTypes[settings.protocol]),
  });
  return client.execute(request).pipe(
    Effect.flatMap(readResponse),
    Effect.provideService(FetchHttpClient.RequestInit, requestInit(settings)),
    Effect.withTracerEnabled(false),
    Effect.mapError((error) => unreachable(error.cause ?? error, redact)),
    Effect.flatMap((answer) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        readAnswer({ ...answer, url: settings.url, redact }, signal, now),
      ),
    ),
    Effect.timeoutFail({ duration: timeoutMillis, onTimeout: () => timedOut(timeoutMillis) }),
  );
};

const requestInit = ({ certificates: tls }: ExporterSettings): BunFetchRequestInit => ({
  redirect: "manual",
  ...(tls === undefined ? {} : { tls }),
});

/** Reads status, headers and at most {@link maxAnswerBytes} of the body, which may be absent. */
const readResponse = ({
  status,
  headers,
  stream,
}: HttpClientResponse.HttpClientResponse): Effect.Effect<
  Pick<Answer, "status" | "headers" | "body">,
  HttpClientError.ResponseError
> => {
  let size = 0;
  return stream.pipe(
    Stream.takeUntil((chunk) => (size += chunk.length) >= maxAnswerBytes),
    Stream.runCollect,
    Effect.map((chunks) => Buffer.concat([...chunks]).subarray(0, maxAnswerBytes)),
    Effect.catchIf(
      (error) => error.reason === "EmptyBody",
      () => Effect.succeed(new Uint8Array()),
    ),
    Effect.map((body) => ({ status, headers, body })),
  );
};
