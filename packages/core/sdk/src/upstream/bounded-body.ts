import type { HttpClientError, HttpClientResponse } from "@effect/platform";
import { Data, Effect, Option, Stream } from "effect";

/** Bytes of a body, read up to a bound. */
export interface BoundedBody<Buffer extends ArrayBufferLike = ArrayBufferLike> {
  /** The whole body, or its first bytes: at most as many as the bound. */
  readonly bytes: Uint8Array<Buffer | ArrayBuffer>;
  /** `too_large`: more bytes than the bound follow, and are not read. `broken`: the stream failed with `cause`. */
  readonly end: "complete" | "too_large" | "broken";
  readonly cause?: unknown;
}

/**
 * Reads a body up to `maxBytes`, and cancels what follows. Never rejects. A request or a response without a body has an
 * empty one.
 */
export const readBoundedBody = async <Buffer extends ArrayBufferLike>(
  body: ReadableStream<Uint8Array<Buffer>> | null,
  maxBytes: number,
): Promise<BoundedBody<Buffer>> => {
  const collected = new BoundedChunks<Buffer>(maxBytes);
  try {
    // Leaving the loop early cancels the stream.
    for await (const chunk of body ?? []) {
      if (!collected.add(chunk)) return { bytes: collected.concatenate(), end: "too_large" };
    }
  } catch (cause) {
    return { bytes: collected.concatenate(), end: "broken", cause };
  }
  return { bytes: collected.concatenate(), end: "complete" };
};

/** Observer of a body on its way to its reader. */
export interface BodyObserver {
  /** Bytes to send at once, before the body's own. */
  readonly opening?: Uint8Array;
  /** Sees every chunk before the reader does. An error that it returns ends the body with that error. */
  readonly onChunk?: (chunk: Uint8Array) => Error | undefined;
  /** Called once, when the reader gets no more: after the last byte, a failure, or the reader's own `cancel`. */
  readonly onEnd?: (end: "complete" | "broken" | "refused" | "cancelled") => void;
  /** Error that the reader gets in place of the one that the stream failed with. */
  readonly onError?: (cause: unknown) => unknown;
}

/** The same body, each of its chunks and its end seen by the observer. Nothing is read that the reader does not want. */
export const observeBody = (
  body: ReadableStream<Uint8Array>,
  { opening, onChunk, onEnd, onError = (cause) => cause }: BodyObserver,
): ReadableStream<Uint8Array> => {
  const reader = body.getReader();
  let hasEnded = false;
  const end: BodyObserver["onEnd"] = (how) => {
    if (!hasEnded) onEnd?.(how);
    hasEnded = true;
  };
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (opening !== undefined) controller.enqueue(opening);
    },
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          end("complete");
          return;
        }
        const refusal = onChunk?.(value);
        if (refusal === undefined) {
          controller.enqueue(value);
          return;
        }
        controller.error(refusal);
        end("refused");
        await reader.cancel();
      } catch (cause) {
        controller.error(onError(cause));
        end("broken");
      }
    },
    cancel: async (reason) => {
      end("cancelled");
      await reader.cancel(reason);
    },
  });
};

/** Reason why an upstream gave no response. The message says what happened and what to do. */
export class UpstreamFailure extends Data.TaggedError("UpstreamFailure")<{
  readonly reason:
    | "invalid_request"
    | "forbidden_origin"
    | "connection_error"
    | "timeout"
    | "response_too_large";
  readonly message: string;
}> {}

/**
 * Reads an upstream's reply, counting bytes after content decoding, so that a small compressed reply cannot grow without
 * bound. Stops and closes the connection as soon as there are more than `collected` takes.
 */
export const readReply = (
  response: HttpClientResponse.HttpClientResponse,
  collected: BoundedChunks<ArrayBufferLike>,
): Effect.Effect<Uint8Array, UpstreamFailure> =>
  hasKnownSize(response, collected.maxBytes)
    ? Effect.mapBoth(response.arrayBuffer, {
        onFailure: brokenOff,
        onSuccess: (buffer) => new Uint8Array(buffer),
      })
    : Effect.map(collect(response, collected), () => collected.concatenate());

/** Whether the reply says how long it is, so that it can be read at once: that costs a third of reading it in chunks. */
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

/** What ended the reading of a reply before its own end: the deadline, the bound on its size, or the connection, which broke. */
export type Interruption = "timeout" | "size" | "connection";

/** Reads a reply into `collected` as far as it comes. `undefined` where it is whole. */
export const readReplyPart = (
  response: HttpClientResponse.HttpClientResponse,
  collected: BoundedChunks<ArrayBufferLike>,
): Effect.Effect<Interruption | undefined> =>
  Effect.match(collect(response, collected), {
    onFailure: ({ reason }) => (reason === "response_too_large" ? "size" : "connection"),
    onSuccess: () => undefined,
  });

const collect = (
  response: HttpClientResponse.HttpClientResponse,
  collected: BoundedChunks<ArrayBufferLike>,
): Effect.Effect<void, UpstreamFailure> =>
  Stream.toPull(response.stream).pipe(
    Effect.flatMap((pull) =>
      Effect.forever(
        Effect.flatMap(Effect.mapError(pull, Option.map(brokenOff)), (chunks) => {
          for (const chunk of chunks) {
            if (!collected.add(chunk))
              return Effect.fail(Option.some(tooLarge(collected.maxBytes)));
          }
          return Effect.void;
        }),
      ),
    ),
    Effect.scoped,
    Effect.catchAll((end) =>
      Option.isNone(end) || end.value === noBody ? Effect.void : Effect.fail(end.value),
    ),
  );

/** Chunks of a body up to a bound. A body of the expected size is in one piece when it has come. */
export class BoundedChunks<Buffer extends ArrayBufferLike> {
  readonly #chunks: Array<Uint8Array<Buffer | ArrayBuffer>> = [];
  readonly #expected: Uint8Array<ArrayBuffer>;
  #size = 0;

  /** `expectedBytes` may be wrong. Memory is touched only for what comes. */
  constructor(
    readonly maxBytes: number,
    expectedBytes = 0,
  ) {
    this.#expected = new Uint8Array(Math.min(expectedBytes, maxBytes));
  }

  /** Adds a chunk; `false` where it goes beyond the bound. */
  add(chunk: Uint8Array<Buffer>): boolean {
    const end = this.#size + chunk.byteLength;
    if (end <= this.#expected.byteLength) this.#expected.set(chunk, this.#size);
    else {
      const isFirst = this.#chunks.length === 0 && this.#size > 0;
      if (isFirst) this.#chunks.push(this.#expected.subarray(0, this.#size));
      this.#chunks.push(chunk);
    }
    this.#size = end;
    return this.#size <= this.maxBytes;
  }

  /** Bytes that came so far. */
  get size(): number {
    return this.#size;
  }

  concatenate(): Uint8Array<Buffer | ArrayBuffer> {
    const [first] = this.#chunks;
    if (first === undefined) return this.#expected.subarray(0, this.#size);
    if (first.byteLength === this.#size) {
      return first.subarray(0, this.maxBytes);
    }
    const whole = new Uint8Array(Math.min(this.#size, this.maxBytes));
    let offset = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk.subarray(0, whole.length - offset), offset);
      offset += chunk.byteLength;
    }
    return whole;
  }
}

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
