import { FetchHttpClient } from "@effect/platform";
import { afterEach, describe, expect, it } from "@effect/vitest";
import { list, member } from "@executor/testing";
import { counterValue } from "@executor/testing/series";
import { Effect, Layer, Logger, ManagedRuntime } from "effect";
import { LogExporter } from "../../src/logs/exporter.ts";
import type { LogsSettings } from "../../src/settings/logs.ts";
import { ok, startReceiver } from "../support/receiver.ts";

const stops: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const processed = (errorType?: string) =>
  counterValue(
    "otel.sdk.processor.log.processed",
    errorType === undefined ? {} : { "error.type": errorType },
  );

const start = (changes: Partial<LogsSettings> = {}, answer = ok) => {
  const receiver = startReceiver({ answer });
  const shown: Array<string> = [];
  const settings: LogsSettings = {
    url: receiver.url.replace("metrics", "logs"),
    headers: {},
    protocol: "http/json",
    compression: "none",
    timeoutMillis: 1_000,
    intervalMillis: 60_000,
    certificates: undefined,
    resource: { "service.name": "test" },
    maxSize: 10,
    maxBatchSize: 4,
    ...changes,
  };
  const errors = Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ message }) => {
      shown.push(String(message));
    }),
  );
  const runtime = ManagedRuntime.make(
    LogExporter.layer({ settings, scope: { name: "test", version: "1" } }).pipe(
      Layer.provide(FetchHttpClient.layer),
      Layer.provideMerge(errors),
    ),
  );
  stops.push(
    () => runtime.dispose(),
    () => receiver.stop(),
  );
  const exporter = runtime.runSync(LogExporter);
  return {
    shown,
    log: (count: number, rest = "") =>
      Effect.runSync(
        Effect.forEach(Array.from({ length: count }), (_, index) =>
          Effect.logInfo(`line ${index}${rest}`),
        ).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, exporter.logger))),
      ),
    flush: () => runtime.runPromise(exporter.flush),
    stop: () => runtime.dispose(),
    sizes: () => receiver.requests.map(({ body }) => body.length),
    messages: () =>
      receiver.requests
        .map(({ body }): unknown => JSON.parse(Buffer.from(body).toString()))
        .flatMap((request) => list(member(request, "resourceLogs")))
        .flatMap((resource) => list(member(resource, "scopeLogs")))
        .flatMap((scope) => list(member(scope, "logRecords")))
        .map((sent) => member(sent, "body", "stringValue")),
  };
};

describe("the export of log records", () => {
  it("sends what was logged, and the rest when it ends", async () => {
    const exporter = start();
    exporter.log(2);
    await exporter.flush();
    expect(exporter.messages()).toEqual(["line 0", "line 1"]);
    exporter.log(1);
    await exporter.stop();
    expect(exporter.messages()).toHaveLength(3);
    expect(exporter.shown).toEqual([]);
  });

  it("drops what finds the queue full, counts it, and says so where it is not exported itself", async () => {
    const dropped = processed("queue_full");
    const sent = processed();
    const exporter = start();
    exporter.log(13);
    await exporter.flush();
    expect(exporter.messages()).toHaveLength(10);
    expect(processed("queue_full") - dropped).toBe(3);
    expect(processed() - sent).toBe(10);
    expect(exporter.shown).toEqual([
      expect.stringMatching(/^3 log records were dropped, because 10 others waited/),
    ]);
  });

  it("bounds the bytes of a request and of those that wait", async () => {
    const dropped = processed("queue_full");
    const exporter = start({ maxSize: 100_000, maxBatchSize: 100_000, timeoutMillis: 10_000 });
    const bytes = 8_192;
    exporter.log(3_000, "\0".repeat(bytes - 20));
    await exporter.flush();
    const taken = exporter.messages().length;
    expect(taken * bytes).toBeGreaterThan(15 * 1024 * 1024);
    expect(taken * bytes).toBeLessThan(17 * 1024 * 1024);
    expect(processed("queue_full") - dropped).toBe(3_000 - taken);
    expect(Math.max(...exporter.sizes())).toBeLessThanOrEqual(4 * 1024 * 1024);
    exporter.log(1);
    await exporter.flush();
    expect(exporter.messages()).toHaveLength(taken + 1);
  });

  it("exports no line about a receiver that fails", async () => {
    const exporter = start({}, () => new Response("no", { status: 400 }));
    exporter.log(1);
    await exporter.flush();
    await exporter.flush();
    expect(exporter.messages()).toEqual(["line 0"]);
    expect(exporter.shown).toEqual([expect.stringMatching(/^Logs cannot be pushed to /)]);
  });
});
