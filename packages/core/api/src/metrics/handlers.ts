import type { HttpApiBuilder, HttpApiGroup, HttpServerRequest } from "@effect/platform";
import { Duration, Effect, Runtime } from "effect";
import type { MetricsApi } from "./api.ts";
import { refusalResponse, scrapeResponse } from "./scrape/response.ts";
import { negotiate } from "./scrape/negotiate.ts";
import { MetricsNotAcceptable } from "./scrape/errors.ts";
import { contentTypeOf } from "./format.ts";
import { formats } from "./formats.ts";
import { Scrapes } from "./scrape/scrapes.ts";

/**
 * Implements {@link MetricsApi} in any API that has it:
 * `HttpApiBuilder.group(api, "metrics", metricsHandlers)`. HEAD is answered as GET is, without the body.
 */
export const metricsHandlers = <E, Provides, R>(
  handlers: HttpApiBuilder.Handlers<
    E,
    Provides,
    R,
    HttpApiGroup.HttpApiGroup.Endpoints<typeof MetricsApi>
  >,
) => handlers.handleRaw("scrape", ({ request, urlParams }) => answer(request, urlParams["name[]"]));

const answer = (
  { headers, method }: HttpServerRequest.HttpServerRequest,
  names: ReadonlyArray<string> | undefined,
) =>
  Effect.gen(function* () {
    const negotiated = negotiate(headers["accept"], headers["accept-encoding"]);
    if (negotiated === undefined) return yield* notAcceptable;
    const { format, encoding } = negotiated;
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
