import type { HttpClientResponse } from "@effect/platform";
import { Effect, Stream } from "effect";
import { UpstreamFailure } from "./upstream-failure.ts";

/**
 * The body's bytes, after content decoding, so that a small compressed reply cannot grow without bound. Reading stops, and
 * the connection with it, as soon as there are more than `maxBytes`.
 */
export const readBody = (
  response: HttpClientResponse.HttpClientResponse,
  maxBytes: number,
): Effect.Effect<Uint8Array, UpstreamFailure> => {
  const chunks: Array<Uint8Array> = [];
  let size = 0;
  return response.stream.pipe(
    Stream.runForEach((chunk) => {
      size += chunk.byteLength;
      if (size > maxBytes) return Effect.fail(tooLarge(maxBytes));
      chunks.push(chunk);
      return Effect.void;
    }),
    Effect.catchTag("ResponseError", (error) =>
      error.reason === "EmptyBody"
        ? Effect.void
        : Effect.fail(
            new UpstreamFailure({
              reason: "connection_error",
              message: `The connection broke before the whole reply had arrived. Try again later.`,
            }),
          ),
    ),
    Effect.map(() => concatenate(chunks, size)),
  );
};

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
