import type { HttpApiBuilder, HttpApiGroup, HttpServerRequest } from "@effect/platform";
import { Duration, Effect, Runtime, Schema } from "effect";
import {
  type MetricsApi,
  MetricsNotAcceptable,
  type ScrapeParameters,
  ScrapeRefusal,
} from "./api.ts";
import { contentTypeOf, negotiate, type Negotiated } from "./scrape/negotiate.ts";
import { formats, openMetricsText, withCreated } from "./formats.ts";
import { type ScrapeBody, Scrapes } from "./scrape/scrapes.ts";
import { HttpApiSchema, HttpServerResponse } from "@effect/platform";

/** Implements {@link MetricsApi}: `HttpApiBuilder.group(api, "metrics", metricsHandlers)`. HEAD is answered as GET, without body. */
export const metricsHandlers = <E, Provides, R>(
  handlers: HttpApiBuilder.Handlers<
    E,
    Provides,
    R,
    HttpApiGroup.HttpApiGroup.Endpoints<typeof MetricsApi>
  >,
) => handlers.handleRaw("scrape", ({ request, urlParams }) => answer(request, urlParams));

const answer = (
  { headers, method }: HttpServerRequest.HttpServerRequest,
  { created, "name[]": names }: ScrapeParameters,
) =>
  Effect.gen(function* () {
    const negotiated = negotiate(headers["accept"], headers["accept-encoding"]);
    if (negotiated === undefined) return yield* notAcceptable;
    const { encoding } = negotiated;
    const isAsked = created === true && negotiated.format.id === openMetricsText.id;
    const format = isAsked ? withCreated(negotiated.format) : negotiated.format;
    const logSlow = yield* logSlowReader;
    const scrapes = yield* Scrapes;
    return yield* scrapes.scrape(
      {
        format,
        encoding,
        names: names === undefined ? undefined : new Set(names),
        timeout: parseTimeout(headers["x-prometheus-scrape-timeout-seconds"]),
      },
      (body) => scrapeResponse(negotiated, body, method === "HEAD", logSlow),
    );
  }).pipe(Effect.catchAll((refusal) => Effect.succeed(refusalResponse(refusal))));

const notAcceptable = new MetricsNotAcceptable({
  message:
    "The request accepts none of the formats, or none of the encodings, that the metrics are available in. " +
    "Accept one of the available ones, or leave the header out; the encodings are gzip and identity.",
  available: formats.map((format) => contentTypeOf(format)),
});

/** Called while the answer is sent, after its fiber has ended. */
const logSlowReader = Effect.map(Effect.runtime(), (runtime) => () => {
  Runtime.runFork(runtime)(
    Effect.logWarning("A scrape was broken off because its client read it too slowly."),
  );
});

/** Seconds, as Prometheus sends them; anything but a positive number is ignored. */
const parseTimeout = (header: string | undefined): Duration.Duration | undefined => {
  const seconds = Number(header ?? "");
  return seconds > 0 && Number.isFinite(seconds) ? Duration.seconds(seconds) : undefined;
};

/** The answer depends on both headers, and caches must know it (RFC 9110, section 12.5.5). */
const vary = "Accept, Accept-Encoding";

/**
 * A scrape's answer. A single chunk is sent with `Content-Length`; several as a stream, with chunked transfer coding, which
 * shows a client too where a body is cut off. An answer to HEAD has the length that GET would give.
 */
export const scrapeResponse = (
  { contentType, encoding }: Negotiated,
  body: ScrapeBody,
  isHead: boolean,
  onTimeout: () => void,
): HttpServerResponse.HttpServerResponse => {
  const headers = {
    "content-type": contentType,
    vary,
    ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
  };
  const sized = { ...headers, "content-length": String(body.bytes) };
  if (isHead) {
    body.release();
    return HttpServerResponse.empty({ status: 200, headers: sized });
  }
  const [only, ...others] = body.chunks;
  if (only !== undefined && others.length === 0) {
    body.release();
    return HttpServerResponse.raw(only, { headers: sized });
  }
  return HttpServerResponse.raw(streamBody(body, onTimeout), { headers });
};

const encode = Schema.encodeSync(ScrapeRefusal);

/** The answer to a scrape that gets no metrics. One that may soon succeed says when to retry. */
export const refusalResponse = (
  refusal: typeof ScrapeRefusal.Type,
): HttpServerResponse.HttpServerResponse => {
  const status = HttpApiSchema.getStatusError(
    ScrapeRefusal.members.find((member) => refusal instanceof member) ?? ScrapeRefusal,
  );
  return HttpServerResponse.unsafeJson(encode(refusal), {
    status,
    headers: { vary, ...(status === 503 ? { "retry-after": "1" } : {}) },
  });
};

/**
 * A body as a stream that gives bytes only when the connection has room for them. `release` is called once the last byte is
 * taken, the client is gone, or `sendTimeout` has passed; the latter calls `onTimeout` and breaks the connection off, so that
 * nobody takes the bytes so far for a whole body.
 */
const streamBody = (
  { chunks, release, sendTimeout }: ScrapeBody,
  onTimeout: () => void,
): ReadableStream<Uint8Array> => {
  let next = 0;
  let sinceYield = 0;
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    ended = true;
    clearTimeout(timer);
    release();
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        timer = setTimeout(() => {
          end();
          onTimeout();
          // Without a reason: a server would print it.
          controller.error();
        }, Duration.toMillis(sendTimeout));
      },
      pull: async (controller) => {
        if (sinceYield >= yieldBytes) {
          sinceYield = 0;
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (ended) return;
        if (next === chunks.length) {
          end();
          controller.close();
          return;
        }
        let bytes = 0;
        while (next < chunks.length && bytes < pullBytes) {
          const chunk = chunks[next++];
          if (chunk === undefined || chunk.length === 0) continue;
          controller.enqueue(chunk);
          bytes += chunk.length;
        }
        sinceYield += bytes;
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
};

/** The size up to which small chunks are given together. */
const pullBytes = 64 * 1024;

/** The bytes after which others get a turn: a client on the same machine takes bytes as fast as they come. */
const yieldBytes = 1024 * 1024;
