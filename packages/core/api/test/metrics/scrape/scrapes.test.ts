import { describe, expect, it } from "@effect/vitest";
import { snapshot } from "@executor/telemetry";
import { Cause, Deferred, Duration, Effect, Exit, Fiber, TestClock } from "effect";
import { gunzipSync } from "node:zlib";
import { openMetricsText } from "../../../src/metrics/openmetrics/format.ts";
import { prometheusText } from "../../../src/metrics/prometheus.ts";
import { Scrapes } from "../../../src/metrics/scrape/scrapes.ts";
import type {
  ScrapeBody,
  ScrapeLimits,
  ScrapeRequest,
} from "../../../src/metrics/scrape/scrapes.ts";
import { makeBlocks, makeSource, totalBytes } from "./scrape-source.ts";

const text: ScrapeRequest = { format: prometheusText, encoding: "identity" };
const gzipped: ScrapeRequest = { ...text, encoding: "gzip" };
const openMetrics: ScrapeRequest = { ...text, format: openMetricsText };

const small = makeBlocks(2_000);
const large = makeBlocks(600_000);

const service = (source: ReturnType<typeof makeSource>["source"], limits?: Partial<ScrapeLimits>) =>
  Effect.provide(Scrapes, Scrapes.layerWith(source, limits));

/** The body, released. */
const taken = (body: ScrapeBody) => {
  body.release();
  return body;
};

const bytesOf = (body: ScrapeBody) => Buffer.concat(body.chunks);

const collections = () => {
  const name = "otel.sdk.metric_reader.collection.duration";
  const state = snapshot().find(({ metricKey }) => metricKey.name === name)?.metricState;
  return state !== undefined && "count" in state ? Number(state.count) : 0;
};

const gauge = (name: string) => {
  const state = snapshot().find(({ metricKey }) => metricKey.name === name)?.metricState;
  return state !== undefined && "value" in state ? state.value : undefined;
};

describe("Scrapes", () => {
  it.effect("gives a small body whole and a large one in parts, plain and compressed", () =>
    Effect.gen(function* () {
      for (const blocks of [small, large]) {
        const expected = Buffer.concat(blocks.map(({ bytes }) => bytes));
        const scrapes = yield* service(makeSource(blocks).source);
        const plain = yield* scrapes.scrape(text, taken);
        expect(plain.chunks.length).toBe(blocks === small ? 1 : blocks.length);
        expect(plain.bytes).toBe(expected.length);
        expect(bytesOf(plain).equals(expected)).toBe(true);
        const packed = yield* scrapes.scrape(gzipped, taken);
        expect(packed.bytes).toBe(bytesOf(packed).length);
        expect(gunzipSync(bytesOf(packed)).equals(expected)).toBe(true);
      }
    }),
  );

  it.effect("renders once for all that ask for the same at the same time", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>();
      const { source, seen } = makeSource(large, Deferred.await(gate));
      const scrapes = yield* service(source);
      const before = collections();
      const asked = [text, text, gzipped, text, gzipped, openMetrics, openMetrics];
      const fibers = yield* Effect.forEach(asked, (request) =>
        Effect.fork(scrapes.scrape(request, taken)),
      );
      yield* Effect.yieldNow();
      expect(scrapes.inFlight()).toBe(7);
      yield* Deferred.succeed(gate, undefined);
      const bodies = yield* Effect.forEach(fibers, Fiber.join);
      expect(seen).toMatchObject({ started: 2, finished: 2, interrupted: 0 });
      expect(bodies[0]?.chunks).toBe(bodies[3]?.chunks);
      expect(bodies[2]?.chunks).toBe(bodies[4]?.chunks);
      expect(scrapes.inFlight()).toBe(0);
      expect(collections()).toBe(before + 2);
      yield* scrapes.scrape(text, taken);
      expect(seen.started).toBe(3);
    }),
  );

  it.effect("goes on for the others when one leaves, and stops when all have left", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>();
      const { source, seen } = makeSource(small, Deferred.await(gate));
      const scrapes = yield* service(source);
      const fork = Effect.fork(scrapes.scrape(text, taken));
      const [first, second, third] = [yield* fork, yield* fork, yield* fork];
      yield* Effect.yieldNow();
      yield* Fiber.interrupt(first);
      yield* Fiber.interrupt(second);
      expect(scrapes.inFlight()).toBe(1);
      expect(seen.interrupted).toBe(0);
      yield* Fiber.interrupt(third);
      yield* Effect.yieldNow();
      expect(scrapes.inFlight()).toBe(0);
      expect(seen).toMatchObject({ started: 1, finished: 0, interrupted: 1 });
      yield* Deferred.succeed(gate, undefined);
      expect((yield* scrapes.scrape(text, taken)).bytes).toBe(totalBytes(small));
    }),
  );

  it.effect("refuses more than are allowed at once, until one is sent", () =>
    Effect.gen(function* () {
      const { source, seen } = makeSource(small);
      const scrapes = yield* service(source, { inFlight: 2 });
      const first = yield* scrapes.scrape(text, (body) => body);
      yield* scrapes.scrape(gzipped, (body) => body);
      const refused = yield* Effect.flip(scrapes.scrape(text, taken));
      expect(refused._tag).toBe("TooManyScrapes");
      expect(refused.message).toMatch(/^2 scrapes/);
      expect(seen.started).toBe(2);
      first.release();
      first.release();
      expect(scrapes.inFlight()).toBe(1);
      yield* scrapes.scrape(text, taken);
      expect(scrapes.inFlight()).toBe(1);
    }),
  );

  it.effect("gives up when its own time is over, or the client's if that is shorter", () =>
    Effect.gen(function* () {
      const { source, seen } = makeSource(small, Effect.never);
      const scrapes = yield* service(source, { timeout: Duration.seconds(10) });
      for (const [asked, waits] of [
        [undefined, 10],
        [2.5, 2.5],
        [30, 10],
      ] as const) {
        const timeout = asked === undefined ? undefined : Duration.seconds(asked);
        const fiber = yield* Effect.fork(Effect.flip(scrapes.scrape({ ...text, timeout }, taken)));
        yield* TestClock.adjust(Duration.seconds(waits - 0.1));
        expect(fiber.unsafePoll()).toBe(null);
        yield* TestClock.adjust(Duration.seconds(0.1));
        expect((yield* Fiber.join(fiber))._tag).toBe("ScrapeTimeout");
        expect(scrapes.inFlight()).toBe(0);
      }
      expect(seen).toMatchObject({ started: 3, finished: 0, interrupted: 3 });
    }),
  );

  it.effect("bounds the time of sending, by twice the client's where that is shorter", () =>
    Effect.gen(function* () {
      const scrapes = yield* service(makeSource(small).source);
      const sendTimeout = (seconds: number | undefined) =>
        Effect.map(
          scrapes.scrape(
            { ...text, timeout: seconds === undefined ? undefined : Duration.seconds(seconds) },
            taken,
          ),
          (body) => Duration.toSeconds(body.sendTimeout),
        );
      expect(yield* sendTimeout(undefined)).toBe(60);
      expect(yield* sendTimeout(5)).toBe(10);
      expect(yield* sendTimeout(40)).toBe(60);
    }),
  );

  it.effect("refuses a body of too many bytes", () =>
    Effect.gen(function* () {
      const scrapes = yield* service(makeSource(large).source, { bytes: 1_000 });
      for (const request of [text, gzipped]) {
        const refused = yield* Effect.flip(scrapes.scrape(request, taken));
        expect(refused._tag).toBe("ExpositionTooLarge");
        expect(refused.message).toContain("name[]");
      }
      expect(scrapes.inFlight()).toBe(0);
    }),
  );

  it.effect("passes a defect on to all that share it, and recovers", () =>
    Effect.gen(function* () {
      let broken = true;
      const failing = Effect.suspend(() =>
        broken ? Effect.die(new Error("broken")) : Effect.void,
      );
      const scrapes = yield* service(makeSource(small, Effect.delay(failing, "1 second")).source);
      const fork = Effect.fork(Effect.exit(scrapes.scrape(text, taken)));
      const fibers = [yield* fork, yield* fork];
      yield* TestClock.adjust("1 second");
      for (const fiber of fibers) {
        const exit = yield* Fiber.join(fiber);
        const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined;
        expect(error instanceof Error && error.message).toBe("broken");
      }
      expect(scrapes.inFlight()).toBe(0);
      broken = false;
      const fiber = yield* fork;
      yield* TestClock.adjust("1 second");
      expect(Exit.isSuccess(yield* Fiber.join(fiber))).toBe(true);
    }),
  );

  it.effect("frees the slot when what should send the body fails", () =>
    Effect.gen(function* () {
      const scrapes = yield* service(makeSource(small).source);
      const send = () => {
        throw new Error("broken");
      };
      expect(Exit.isFailure(yield* Effect.exit(scrapes.scrape(text, send)))).toBe(true);
      expect(scrapes.inFlight()).toBe(0);
    }),
  );

  it.effect("shares no rendering between different names, and records the size of whole ones", () =>
    Effect.gen(function* () {
      const { source, seen } = makeSource(small, Effect.yieldNow());
      const scrapes = yield* service(source);
      yield* scrapes.scrape(text, taken);
      expect(gauge("executor.metrics.scrape.size")).toBe(totalBytes(small));
      const named = (...names: ReadonlyArray<string>) => ({ ...text, names: new Set(names) });
      const requests = [named("a", "b"), named("b", "a"), named("a,b"), named(), text];
      const other = yield* service(makeSource(large).source);
      yield* other.scrape(named("a"), taken);
      expect(gauge("executor.metrics.scrape.size")).toBe(totalBytes(small));
      yield* Effect.forEach(requests, (request) => scrapes.scrape(request, taken), {
        concurrency: "unbounded",
      });
      expect(seen.names).toEqual(["", "a,b", "a,b", "", ""]);
      expect(gauge("executor.metrics.scrape.size")).toBe(totalBytes(small));
    }),
  );
});
