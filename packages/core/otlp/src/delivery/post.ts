import { FetchHttpClient, HttpBody, HttpClientRequest } from "@effect/platform";
import type { HttpClient, HttpClientError, HttpClientResponse } from "@effect/platform";
import { Clock, Effect, Stream } from "effect";
import { gzip } from "node:zlib";
import { readPartialSuccess, readRefusal } from "./answer.ts";
import { refused, timedOut, unreachable } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import type { PushSettings } from "../settings/environment.ts";

export interface PostOptions {
  readonly client: HttpClient.HttpClient;
  readonly settings: PushSettings;
  readonly contentType: string;
  readonly userAgent: string;
}

/** A body that is ready to be sent. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
}

/** More of an answer is not read. */
const maxAnswerBytes = 64 * 1024;

/** Compresses in the thread pool. On metrics, the higher levels cost three times as much for another tenth. */
export const compress = (
  bytes: Uint8Array,
  { compression }: Pick<PushSettings, "compression">,
): Effect.Effect<Encoded> =>
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

/** Sends a request once and reads the answer, within the time. Redirects are not followed: headers hold keys. */
export const post = (
  { client, settings, contentType, userAgent }: PostOptions,
  { bytes, compressed }: Encoded,
  timeoutMillis: number,
): Effect.Effect<Outcome> => {
  const request = HttpClientRequest.post(settings.url, {
    headers: {
      "user-agent": userAgent,
      ...settings.headers,
      ...(compressed ? { "content-encoding": "gzip" } : {}),
    },
    body: HttpBody.uint8Array(bytes, contentType),
  });
  return client.execute(request).pipe(
    Effect.flatMap(readAnswer),
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.withTracerEnabled(false),
    Effect.catchAll((error) => Effect.succeed(unreachable(causeOf(error)))),
    Effect.timeoutTo({
      duration: timeoutMillis,
      onSuccess: (outcome: Outcome) => outcome,
      onTimeout: () => timedOut(timeoutMillis),
    }),
  );
};

const causeOf = (error: HttpClientError.HttpClientError): unknown => error.cause ?? error;

const readAnswer = (
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<Outcome, HttpClientError.HttpClientError> =>
  Effect.gen(function* () {
    const { status, headers } = response;
    const body = yield* readBody(response);
    const contentType = headers["content-type"] ?? "";
    if (status >= 200 && status < 300) {
      return { _tag: "accepted", status, ...readPartialSuccess(contentType, body) };
    }
    const { "retry-after": retryAfter, location } = headers;
    const now = yield* Clock.currentTimeMillis;
    return refused(status, readRefusal(contentType, body), { retryAfter, location }, now);
  });

/** An answer without a body has none to read. */
const readBody = (
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<Uint8Array, HttpClientError.ResponseError> => {
  let size = 0;
  return response.stream.pipe(
    Stream.takeUntil((chunk) => (size += chunk.length) >= maxAnswerBytes),
    Stream.runCollect,
    Effect.map((chunks) => Buffer.concat([...chunks]).subarray(0, maxAnswerBytes)),
    Effect.catchIf(
      (error) => error.reason === "EmptyBody",
      () => Effect.succeed(new Uint8Array()),
    ),
  );
};
