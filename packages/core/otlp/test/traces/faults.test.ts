import { FetchHttpClient } from "@effect/platform";
import { afterEach, describe, expect, it } from "@effect/vitest";
import { list, member } from "@executor/testing";
import { counterValue } from "@executor/testing/series";
import { Exit, Layer, Logger, ManagedRuntime } from "effect";
import type { TracesSettings } from "../../src/settings/traces.ts";
import { SpanExporter } from "../../src/traces/exporter.ts";
import { officialMessage } from "../support/otlp-definitions.ts";
import { ok, type Receiver, startReceiver } from "../support/receiver.ts";

const official = officialMessage(
  "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest",
);

const stops: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const start = (changes: Partial<TracesSettings> = {}, answer = ok) => {
  const receiver = startReceiver({ answer });
  const log: Array<string> = [];
  const settings: TracesSettings = {
    url: receiver.url.replace("metrics", "traces"),
    headers: {},
    protocol: "http/protobuf",
    compression: "gzip",
    timeoutMillis: 1_000,
    intervalMillis: 60_000,
    certificates: undefined,
    resource: { "service.name": "test" },
    sampler: "always_on",
    ratio: 1,
    maxSize: 2_048,
    maxBatchSize: 512,
    ...changes,
  };
  const logger = Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ message }) => {
      log.push(String(message));
    }),
  );
  const runtime = ManagedRuntime.make(
    SpanExporter.layer({ settings, scope: { name: "test", version: "1" } }).pipe(
      Layer.provide(FetchHttpClient.layer),
      Layer.provideMerge(logger),
    ),
  );
  stops.push(
    () => runtime.dispose(),
    () => receiver.stop(),
  );
  const exporter = runtime.runSync(SpanExporter);
  return {
    receiver,
    log,
    stop: () => runtime.dispose(),
    flush: () => runtime.runPromise(exporter.flush),
    stopping: () => runtime.runPromise(exporter.stopping),
    make: (count: number, from = 0) => {
      for (let index = from; index < from + count; index += 1) {
        exporter.tracer.start({ name: `span ${index}` }, undefined).end(0n, Exit.void);
      }
    },
  };
};

/** Names of the spans in the requests that the receiver has taken. */
const namesIn = ({ requests }: Receiver, isTaken: (index: number) => boolean = () => true) =>
  requests
    .filter((_, index) => isTaken(index))
    .flatMap(({ body }) =>
      list(
        member(
          official.toObject(official.decode(body), { longs: String, json: true }),
          "resourceSpans",
        ),
      ),
    )
    .flatMap((resource) => list(member(resource, "scopeSpans")))
    .flatMap((scope) => list(member(scope, "spans")))
    .map((span) => String(member(span, "name")));

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `span ${index}`);

const exported = (errorType?: string) =>
  counterValue(
    "otel.sdk.exporter.span.exported",
    errorType === undefined ? {} : { "error.type": errorType },
  );

describe("the export of spans", () => {
  it("sends what waits in batches, as soon as there is a whole one", async () => {
    const { make, receiver } = start({ maxBatchSize: 10 });
    make(25);
    await expect.poll(() => namesIn(receiver)).toEqual(numbered(25));
    expect(receiver.requests.map(({ path }) => path)).toEqual(Array(3).fill("/v1/traces"));
  });

  it("sends the rest at its end", async () => {
    const { make, receiver, stop } = start();
    make(3);
    await stop();
    expect(namesIn(receiver)).toEqual(numbered(3));
  });

  it.each([
    ["503", () => new Response(null, { status: 503 })],
    ["429", () => new Response(null, { status: 429, headers: { "retry-after": "2" } })],
    ["no answer in time", () => undefined],
  ])("keeps the spans that a receiver may take later, after %s", async (_, refuse) => {
    const { flush, log, make, receiver } = start({ timeoutMillis: 300 }, refuse);
    make(5);
    await flush();
    make(5, 5);
    const refused = receiver.requests.length;
    receiver.answerWith(ok);
    await expect
      .poll(
        async () => {
          await flush();
          return namesIn(receiver, (index) => index >= refused);
        },
        { timeout: 5_000 },
      )
      .toEqual(numbered(10));
    expect(log.filter((line) => line.includes("cannot be pushed"))).toHaveLength(1);
  });

  it("keeps them while nothing listens, and drops and counts what the queue has no room for", async () => {
    const { flush, log, make, receiver } = start({
      maxSize: 20,
      maxBatchSize: 10,
      timeoutMillis: 300,
    });
    const { port } = receiver;
    await receiver.stop();
    const full = { "error.type": "queue_full" };
    const before = counterValue("otel.sdk.processor.span.processed", full);
    make(30);
    await flush();
    expect(counterValue("otel.sdk.processor.span.processed", full)).toBe(before + 10);
    expect(log.some((line) => line.startsWith("10 spans were dropped"))).toBe(true);
    const again = startReceiver({ port });
    stops.push(() => again.stop());
    await flush();
    expect(namesIn(again)).toEqual(numbered(20));
  });

  it.each([
    [
      "invalid_response",
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    ],
    ["400", () => new Response(null, { status: 400 })],
  ])("counts as failed what the receiver will never take: %s", async (errorType, refuse) => {
    const { flush, log, make, receiver } = start({}, refuse);
    const before = exported(errorType);
    make(4);
    await flush();
    await flush();
    expect(receiver.requests).toHaveLength(1);
    expect(exported(errorType)).toBe(before + 4);
    expect(log).toHaveLength(1);
  });

  it("halves a request that is too large, and loses nothing of it", async () => {
    const { flush, make, receiver } = start(
      { compression: "none" },
      ({ body }) => new Response(null, { status: body.length > 100_000 ? 413 : 200 }),
    );
    const taken = () =>
      namesIn(receiver, (index) => (receiver.requests[index]?.body.length ?? 0) <= 100_000);
    for (let index = 0; index < 512; index += 1) make(1, index);
    await flush();
    expect(taken()).toEqual(numbered(512));
  });

  it("tells at its end how many spans are lost", async () => {
    const { log, make, receiver, stop, stopping } = start({ timeoutMillis: 300 });
    await receiver.stop();
    make(3);
    await stopping();
    await stop();
    expect(log.at(-1)).toMatch(/^3 spans are lost/);
  });

  it("tells at its end how many spans a receiver that hangs has not taken", async () => {
    const { log, make, stop, stopping } = start({ timeoutMillis: 300 }, () => undefined);
    make(4);
    await stopping();
    await stop();
    expect(log).toEqual([
      expect.stringContaining("did not answer within"),
      expect.stringMatching(/^4 spans are lost/),
    ]);
  });

  it("sends exactly the traces that the ratio takes", async () => {
    const { flush, receiver, make } = start({ sampler: "traceidratio", ratio: 0.5 });
    const before = exported();
    make(1_000);
    await flush();
    const sent = namesIn(receiver).length;
    expect(exported() - before).toBe(sent);
    expect(sent).toBeGreaterThan(400);
    expect(sent).toBeLessThan(600);
  });
});
