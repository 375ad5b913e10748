import { FetchHttpClient } from "@effect/platform";
import { afterEach, describe, expect, it } from "@effect/vitest";
import { list, member } from "@executor/testing";
import { counterValue } from "@executor/testing/series";
import { Effect, Exit, Layer, Logger } from "effect";
import { setTimeout as sleep } from "node:timers/promises";
import { manualSpanExporter } from "../../src/traces/exporter.ts";
import { ok, startReceiver } from "../support/receiver.ts";

const stops: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const start = async (maxQueueBytes?: number) => {
  const receiver = startReceiver({ answer: ok });
  stops.push(() => receiver.stop());
  const organization = { name: "one" };
  const log: Array<string> = [];
  const logger = Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ message }) => {
      log.push(String(message));
    }),
  );
  const exporter = await Effect.runPromise(
    manualSpanExporter({
      settings: {
        url: receiver.url.replace("metrics", "traces"),
        headers: {},
        protocol: "http/json",
        compression: "none",
        timeoutMillis: 300,
        intervalMillis: 1,
        certificates: undefined,
        resource: { "service.name": "test", "executor.organization": "of the settings" },
        sampler: "always_on",
        ratio: 1,
        maxSize: 100,
        maxBatchSize: 10,
      },
      scope: { name: "test", version: "1" },
      resource: () => ({ "executor.organization": organization.name }),
      ...(maxQueueBytes !== undefined && { maxQueueBytes }),
    }).pipe(Effect.provide(Layer.merge(FetchHttpClient.layer, logger))),
  );
  return {
    exporter,
    log,
    organization,
    receiver,
    flush: () => Effect.runPromise(exporter.flush),
    make: (count: number) => {
      for (let index = 0; index < count; index += 1) {
        exporter.tracer.start({ name: "span" }, undefined).end(0n, Exit.void);
      }
    },
    /** Of each request: what its resource says of the organization, and the number of its spans. */
    taken: () =>
      receiver.requests.flatMap(({ decoded }) =>
        list(member(decoded, "resourceSpans")).map((one) => {
          const attributes = list(member(one, "resource", "attributes"));
          const owner = attributes.find((each) => member(each, "key") === "executor.organization");
          const spans = list(member(one, "scopeSpans")).flatMap((each) =>
            list(member(each, "spans")),
          );
          return [member(owner, "value", "stringValue"), spans.length];
        }),
      ),
  };
};

describe("an exporter of spans that is flushed by hand", () => {
  it("sends nothing by itself, and then what waits, under the resource of that moment", async () => {
    const { exporter, flush, make, organization, taken } = await start();
    make(25);
    await sleep(50);
    expect([taken(), exporter.waiting()]).toEqual([[], 25]);
    await flush();
    organization.name = "two";
    make(1);
    await flush();
    expect(exporter.waiting()).toBe(0);
    expect(taken()).toEqual([
      ["one", 10],
      ["one", 10],
      ["one", 5],
      ["two", 1],
    ]);
  });

  it("tells of each whole batch, and after a failure not before it has sent again", async () => {
    const { exporter, flush, make, receiver } = await start();
    let told = 0;
    exporter.onBatch(() => {
      told += 1;
    });
    make(9);
    expect(told).toBe(0);
    make(21);
    expect(told).toBe(1);
    await flush();
    make(10);
    expect(told).toBe(2);
    receiver.answerWith(() => new Response(null, { status: 503 }));
    await flush();
    make(40);
    expect(told).toBe(2);
    receiver.answerWith(ok);
    await flush();
    make(10);
    expect(told).toBe(3);
  });

  it("keeps the bytes that it is given, and drops, counts and tells the rest", async () => {
    const full = () =>
      counterValue("otel.sdk.processor.span.processed", { "error.type": "queue_full" });
    const { exporter, flush, log, make } = await start(1024);
    const before = full();
    make(10);
    const kept = exporter.waiting();
    expect(kept).toBeLessThan(10);
    expect(full() - before).toBe(10 - kept);
    await flush();
    expect(log.at(-1)).toContain("spans were dropped");
  });
});
