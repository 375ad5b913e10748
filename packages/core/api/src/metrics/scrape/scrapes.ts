import { Context, Duration, Effect, Fiber, Layer, MetricBoundaries } from "effect";
import { Exposition, type Rendering } from "./exposition.ts";
import type { ExpositionFormat } from "../format.ts";
import { gzip } from "./gzip.ts";
import type { ContentCoding } from "./negotiate.ts";
import { ExpositionTooLarge, ScrapeTimeout, TooManyScrapes } from "../api.ts";
import { gauge, histogram } from "@executor/telemetry";
import { conflictReasons, type Conflicts } from "../families/family.ts";

/** The source of all metrics: an {@link Exposition}. */
export type ExpositionSource = Pick<Exposition, "render">;

export interface ScrapeLimits {
  /** Concurrent scrapes, each until its last byte is sent; further ones are refused. */
  readonly inFlight: number;
  /** The time from the request to the first byte of the answer. A client may ask for less. */
  readonly timeout: Duration.Duration;
  /** The time from the first byte of the answer to the last. */
  readonly sendTimeout: Duration.Duration;
  /** The largest body, before compression. */
  readonly bytes: number;
}

/** Prometheus waits 10 s by default. */
const defaultScrapeLimits: ScrapeLimits = {
  inFlight: 16,
  timeout: Duration.seconds(10),
  sendTimeout: Duration.seconds(60),
  bytes: 256 * 1024 * 1024,
};

export interface ScrapeRequest {
  readonly format: ExpositionFormat;
  readonly encoding: ContentCoding;
  /** Only the families of these names, or with samples of these names; all unless given. */
  readonly names?: ReadonlySet<string> | undefined;
  /** The time that the client waits for the whole answer. */
  readonly timeout?: Duration.Duration | undefined;
}

/** The body of an answer, ready to be sent. */
export interface ScrapeBody {
  readonly chunks: ReadonlyArray<Uint8Array>;
  readonly bytes: number;
  readonly sendTimeout: Duration.Duration;
  /** Ends the scrape. Called once nothing more is sent; a second call does nothing. */
  readonly release: () => void;
}

export type ScrapeError = TooManyScrapes | ScrapeTimeout | ExpositionTooLarge;

export interface ScrapesService {
  /** Gives a body to `send`, which must see to it that `release` is called. Clients that ask for the same at once share a rendering. */
  readonly scrape: <A>(
    request: ScrapeRequest,
    send: (body: ScrapeBody) => A,
  ) => Effect.Effect<A, ScrapeError>;
  /** The number of concurrent scrapes now. */
  readonly inFlight: () => number;
}

/**
 * Scrapes within limits. Without a layer it is one service for the whole process, of the process's own metrics: there is one
 * registry, and an exposition remembers what it wrote.
 */
export class Scrapes extends Context.Reference<Scrapes>()("@executor/api/Scrapes", {
  defaultValue: (): ScrapesService => make(new Exposition(), defaultScrapeLimits),
}) {
  static readonly layerWith = (
    source: ExpositionSource,
    limits: Partial<ScrapeLimits> = {},
  ): Layer.Layer<Scrapes> =>
    Layer.sync(Scrapes, () => make(source, { ...defaultScrapeLimits, ...limits }));
}

interface Encoded {
  readonly chunks: ReadonlyArray<Uint8Array>;
  readonly bytes: number;
}

const make = (source: ExpositionSource, limits: ScrapeLimits): ScrapesService => {
  const renderings = new SingleFlight<Rendering, ExpositionTooLarge>();
  const bodies = new SingleFlight<Encoded, ExpositionTooLarge>();
  let inFlight = 0;

  const render = (format: ExpositionFormat, names: ReadonlySet<string> | undefined) =>
    Effect.gen(function* () {
      const start = performance.now();
      const rendering = yield* source.render(format, { names });
      const seconds = (performance.now() - start) / 1e3;
      const { bytes, conflicts } = rendering;
      recordScrape(seconds, names === undefined ? { bytes, conflicts } : undefined);
      if (bytes > limits.bytes) return yield* tooLarge(bytes, limits.bytes);
      return rendering;
    });

  const encode = ({ format, encoding, names }: ScrapeRequest) => {
    const key = JSON.stringify([format.id, names === undefined ? null : [...names].toSorted()]);
    const rendering = renderings.run(key, render(format, names));
    return bodies.run(
      `${encoding} ${key}`,
      rendering.pipe(
        Effect.flatMap(({ blocks }) =>
          encoding === "gzip" ? gzip(blocks) : Effect.sync(() => blocks.map(({ bytes }) => bytes)),
        ),
        Effect.map(joinSmall),
      ),
    );
  };

  const scrape = <A>(
    request: ScrapeRequest,
    send: (body: ScrapeBody) => A,
  ): Effect.Effect<A, ScrapeError> => {
    const timeout = Duration.min(limits.timeout, request.timeout ?? limits.timeout);
    // Once the scrape is counted, an interruption either ends the rendering or comes after `send` has the body.
    return Effect.uninterruptibleMask((restore) =>
      Effect.suspend((): Effect.Effect<A, ScrapeError> => {
        if (inFlight >= limits.inFlight) return Effect.fail(tooMany(limits.inFlight));
        inFlight += 1;
        let released = false;
        const release = () => {
          if (!released) inFlight -= 1;
          released = true;
        };
        return restore(
          Effect.timeoutFail(encode(request), {
            duration: timeout,
            onTimeout: () => timedOut(timeout),
          }),
        ).pipe(
          Effect.map((encoded) =>
            send({ ...encoded, sendTimeout: sendTimeout(limits, request), release }),
          ),
          Effect.onError(() => Effect.sync(release)),
        );
      }),
    ).pipe(Effect.withSpan("Scrapes.scrape"));
  };

  return { scrape, inFlight: () => inFlight };
};

/** Clients that give up close their connections; twice their timeout is for those that keep it open without reading. */
const sendTimeout = (limits: ScrapeLimits, { timeout }: ScrapeRequest): Duration.Duration =>
  timeout === undefined
    ? limits.sendTimeout
    : Duration.min(limits.sendTimeout, Duration.times(timeout, 2));

/** Smaller bodies are one chunk, sent with `Content-Length`. */
const smallBytes = 256 * 1024;

const joinSmall = (chunks: ReadonlyArray<Uint8Array>): Encoded => {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const isSmall = bytes < smallBytes && chunks.length !== 1;
  return { chunks: isSmall ? [Buffer.concat(chunks)] : chunks, bytes };
};

const tooMany = (limit: number) =>
  new TooManyScrapes({
    message: `${limit} scrapes are running, which is the limit. Retry in a second, with fewer scrapers at once.`,
  });

const timedOut = (timeout: Duration.Duration) =>
  new ScrapeTimeout({
    message: `The metrics were not ready within ${Duration.format(timeout)}. Allow the scrape more time, or ask for fewer metrics with name[].`,
  });

const tooLarge = (bytes: number, limit: number) =>
  new ExpositionTooLarge({
    message: `The metrics are ${bytes} bytes, more than the ${limit} that one scrape may have. Ask for fewer of them with name[], or lower the label budgets.`,
  });

interface Running<A, E> {
  readonly fiber: Fiber.RuntimeFiber<A, E>;
  waiting: number;
}

/** Runs an effect once for all callers with the same key while it runs. It is interrupted when all of them have left. */
export class SingleFlight<A, E> {
  readonly #running = new Map<string, Running<A, E>>();

  readonly run = (key: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(this.#join(key, effect), (running) =>
        restore(Effect.flatten(Fiber.await(running.fiber))).pipe(
          Effect.ensuring(this.#leave(key, running)),
        ),
      ),
    );

  #join(key: string, effect: Effect.Effect<A, E>): Effect.Effect<Running<A, E>> {
    return Effect.suspend(() => {
      const running = this.#running.get(key);
      if (running !== undefined) {
        running.waiting += 1;
        return Effect.succeed(running);
      }
      return Effect.map(Effect.forkDaemon(Effect.interruptible(effect)), (fiber) => {
        const started: Running<A, E> = { fiber, waiting: 1 };
        this.#running.set(key, started);
        fiber.addObserver(() => this.#forget(key, started));
        return started;
      });
    });
  }

  #leave(key: string, running: Running<A, E>): Effect.Effect<void> {
    return Effect.suspend(() => {
      running.waiting -= 1;
      if (running.waiting > 0) return Effect.void;
      this.#forget(key, running);
      return Fiber.interruptFork(running.fiber);
    });
  }

  #forget(key: string, running: Running<A, E>): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}

/** The scrape's own numbers. Each scrape shows those of the scrape before it. */

const collectionDuration = histogram({
  name: "otel.sdk.metric_reader.collection.duration",
  description: "Time to read and write out all metrics for one scrape.",
  unit: "s",
  labels: [],
  boundaries: MetricBoundaries.fromIterable([0.01, 0.1, 1, 5]),
});

const scrapeSize = gauge({
  name: "executor.metrics.scrape.size",
  description: "Size of the last scrape's body, before compression.",
  unit: "By",
  labels: [],
});

const conflictSeries = gauge({
  name: "executor.metrics.conflicts",
  description:
    "Series that the last scrape could not write as they were recorded, by what was done; one series of 0 without a reason where there are none.",
  unit: "{series}",
  labels: ["reason"],
});

/** Records the time that one rendering took, in seconds; of a whole one also its size and what it had to repair. */
export const recordScrape = (
  seconds: number,
  whole: { readonly bytes: number; readonly conflicts: Conflicts } | undefined,
): void => {
  collectionDuration.record(seconds, {});
  if (whole === undefined) return;
  scrapeSize.set(whole.bytes, {});
  for (const reason of [undefined, ...conflictReasons]) {
    const series = reason === undefined ? undefined : whole.conflicts.get(reason);
    const isShown = reason === undefined ? whole.conflicts.size === 0 : series !== undefined;
    if (isShown) conflictSeries.set(series ?? 0, { reason });
    else conflictSeries.remove({ reason });
  }
};
