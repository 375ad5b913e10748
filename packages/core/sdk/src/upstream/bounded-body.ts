import type { HttpClientError, HttpClientResponse } from "@effect/platform";
import { Effect, Option, Stream } from "effect";
import { UpstreamFailure } from "./upstream-failure.ts";

/**
 * The body's bytes, after content decoding, so that a small compressed reply cannot grow without bound. Reading stops, and
 * the connection with it, as soon as there are more than `maxBytes`.
 */
export const readBody = (
  response: HttpClientResponse.HttpClientResponse,
  maxBytes: number,
): Effect.Effect<Uint8Array, UpstreamFailure> =>
  hasKnownSize(response, maxBytes)
    ? Effect.mapBoth(response.arrayBuffer, {
        onFailure: brokenOff,
        onSuccess: (buffer) => new Uint8Array(buffer),
      })
    : readChunks(response, maxBytes);

/** Whether the reply said how long it is, so that it can be read at once: that costs a third of reading it in chunks. */
const hasKnownSize = (
  { headers }: HttpClientResponse.HttpClientResponse,
  maxBytes: number,
): boolean => {
  const length = headers["content-length"];
  return (
    length !== undefined &&
    /^\d{1,15}$/.test(length) &&
    Number(length) <= maxBytes &&
    headers["content-encoding"] === undefined &&
    headers["transfer-encoding"] === undefined
  );
};

const readChunks = (
  response: HttpClientResponse.HttpClientResponse,
  maxBytes: number,
): Effect.Effect<Uint8Array, UpstreamFailure> => {
  const read: Array<Uint8Array> = [];
  let size = 0;
  return Stream.toPull(response.stream).pipe(
    Effect.flatMap((pull) =>
      Effect.forever(
        Effect.flatMap(Effect.mapError(pull, Option.map(brokenOff)), (chunks) => {
          for (const chunk of chunks) {
            size += chunk.byteLength;
            if (size > maxBytes) return Effect.fail(Option.some(tooLarge(maxBytes)));
            read.push(chunk);
          }
          return Effect.void;
        }),
      ),
    ),
    Effect.scoped,
    Effect.catchAll((end) =>
      Option.isNone(end) || end.value === noBody
        ? Effect.succeed(concatenate(read, size))
        : Effect.fail(end.value),
    ),
  );
};

const noBody = new UpstreamFailure({
  reason: "connection_error",
  message: "The reply has no body.",
});

const brokenOff = (error: HttpClientError.ResponseError): UpstreamFailure =>
  error.reason === "EmptyBody"
    ? noBody
    : new UpstreamFailure({
        reason: "connection_error",
        message: "The connection broke before the whole reply had arrived. Try again later.",
      });

const tooLarge = (maxBytes: number): UpstreamFailure =>
  new UpstreamFailure({
    reason: "response_too_large",
    message: `The reply is larger than ${formatBytes(maxBytes)}. Ask for less: fewer items per page, fewer fields or a narrower query.`,
  });

const formatBytes = (bytes: number): string =>
  bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MiB` : `${bytes} bytes`;

const concatenate = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
};
