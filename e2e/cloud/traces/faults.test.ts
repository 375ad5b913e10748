import { afterEach, describe, expect, it } from "@effect/vitest";
import { freePort, sumOf, until } from "@executor/testing";
import { startCloud } from "../../support/cloud/app.ts";
import { exportedSpans, processedSpans, tracedOrganization } from "../../support/cloud/traced.ts";
import { startSpanReceiver, traceEnvironment } from "../../support/traces/span-receiver.ts";
import type { ReceiverAnswer, SpanReceiver } from "../../support/traces/span-receiver.ts";
import { startTracedUpstream } from "../../support/traces/traced-upstream.ts";

const stops: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const exportTimeoutMs = 2_000;

/** An organization whose spans go to an address, one second for each export and its retries, and alarms as often. */
const start = async (url: string, variables: Readonly<Record<string, string>> = {}) => {
  const upstream = startTracedUpstream("http://127.0.0.1:9");
  stops.push(upstream.stop);
  const app = await startCloud({
    variables: {
      ...traceEnvironment({ url }),
      OTEL_EXPORTER_OTLP_TIMEOUT: String(exportTimeoutMs),
      EXECUTOR_METRICS_INTERVAL: "1000",
      ...variables,
    },
  });
  stops.push(app.stop);
  const acme = await tracedOrganization(app, "acme", upstream);
  /** The ids of the traces of so many calls, and the milliseconds that the slowest took. */
  const call = async (count: number) => {
    const before = upstream.requests().length;
    let slowest = 0;
    for (let index = 0; index < count; index += 1) {
      const started = performance.now();
      const { status } = await acme.client.execute("return await tools.acme.get({ id: '7' })");
      expect(status).toBe("completed");
      slowest = Math.max(slowest, performance.now() - started);
    }
    const requests = upstream.requests().slice(before);
    return { slowest, ids: requests.map(({ traceparent = "" }) => traceparent.split("-")[1]) };
  };
  return { acme, app, call };
};

/** Whether all spans of these traces have come, and each once. */
const hasWhole = (receiver: SpanReceiver, ids: ReadonlyArray<string | undefined>): boolean => {
  const spans = receiver.spans().filter(({ traceId }) => ids.includes(traceId));
  return (
    spans.length === ids.length * 4 &&
    new Set(spans.map(({ spanId }) => spanId)).size === spans.length
  );
};

const calls = 10;

describe("a receiver of the cloud's traces", () => {
  it.each<readonly [string, ReceiverAnswer, string]>([
    ["answers 503", 503, "503"],
    ["answers 429", 429, "429"],
    ["hangs", "hang", "timeout"],
  ])(
    "that %s holds no request, gets one at a time, and has every span when it is back",
    async (_, answer, errorType) => {
      const receiver = startSpanReceiver();
      stops.push(receiver.stop);
      const { acme, app, call } = await start(receiver.url);
      receiver.answerWith(answer);
      const { ids, slowest } = await call(calls);
      expect(slowest).toBeLessThan(exportTimeoutMs);
      await until("the log tells", () => app.log().includes("Traces cannot be pushed to "));
      expect(receiver.requests().atOnce).toBe(1);
      expect(receiver.spans().filter(({ traceId }) => ids.includes(traceId))).toEqual([]);
      receiver.answerWith(200);
      // No further request of the organization is needed.
      await until("all spans came", () => hasWhole(receiver, ids));
      await until("failures are counted", async () => {
        const samples = await acme.client.metrics();
        return (
          sumOf(samples, exportedSpans, { error_type: errorType }) > 0 &&
          sumOf(samples, processedSpans) >= ids.length * 4
        );
      });
      expect(app.log()).toContain("All traces are pushed to ");
    },
  );

  it("that is down holds no request, and has every span when it is up", async () => {
    const port = await freePort();
    const { app, call } = await start(`http://127.0.0.1:${port}/v1/traces`);
    const { ids, slowest } = await call(calls);
    expect(slowest).toBeLessThan(exportTimeoutMs);
    await until("the log tells", () => app.log().includes("Traces cannot be pushed to "));
    const receiver = startSpanReceiver(port);
    stops.push(receiver.stop);
    await until("all spans came", () => hasWhole(receiver, ids));
  });

  it("that is slow holds no request and gets every span once", async () => {
    const receiver = startSpanReceiver();
    stops.push(receiver.stop);
    const { call } = await start(receiver.url);
    receiver.answerWith({ afterMs: exportTimeoutMs / 2 });
    const { ids, slowest } = await call(calls);
    expect(slowest).toBeLessThan(exportTimeoutMs / 2);
    await until("all spans came", () => hasWhole(receiver, ids));
    expect(receiver.requests().atOnce).toBe(1);
  });

  it("that refuses for good is asked no further for the same spans, and each is counted as lost", async () => {
    const receiver = startSpanReceiver();
    stops.push(receiver.stop);
    const { acme, call } = await start(receiver.url);
    const lost = async () =>
      sumOf(await acme.client.metrics(), exportedSpans, { error_type: "400" });
    receiver.answerWith(400);
    const { ids } = await call(calls);
    await until("all are counted as lost", async () => (await lost()) >= ids.length * 4);
    const counted = await lost();
    receiver.answerWith(200);
    const after = await call(1);
    await until("later spans came", () => hasWhole(receiver, after.ids));
    expect(receiver.spans().filter(({ traceId }) => ids.includes(traceId))).toEqual([]);
    expect(await lost()).toBe(counted);
  });

  it("that hangs makes an object keep so many spans and no more, and each is counted", async () => {
    const receiver = startSpanReceiver();
    stops.push(receiver.stop);
    const maxSize = 20;
    const { acme, app, call } = await start(receiver.url, {
      OTEL_BSP_MAX_QUEUE_SIZE: String(maxSize),
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "10",
    });
    await until("the organization's first span came", () =>
      receiver.spans().some(({ name }) => name === "POST /api/sources"),
    );
    const before = receiver.spans().length;
    receiver.answerWith("hang");
    await call(30);
    await until("the log tells of dropped spans", () => app.log().includes("spans were dropped"));
    receiver.answerWith(200);
    const full = async () =>
      sumOf(await acme.client.metrics(), processedSpans, { error_type: "queue_full" });
    await until("each was sent or counted as dropped", async () => {
      const sent = receiver.spans().length - before;
      return sent > 0 && sent + (await full()) === 30 * 4;
    });
    expect(receiver.spans().length - before).toBeLessThan(30 * 4);
  });

  it("gets a batch in the middle of a long execution", async () => {
    const receiver = startSpanReceiver();
    stops.push(receiver.stop);
    const { acme } = await start(receiver.url, {
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "8",
      OTEL_BSP_SCHEDULE_DELAY: "600000",
      EXECUTOR_METRICS_INTERVAL: "600000",
    });
    const code = `
      for (let index = 0; index < 40; index += 1) await tools.acme.get({ id: "7" });
      while (true) {}`;
    const running = acme.client.execute(code, 5_000);
    const isOver = Promise.resolve(running).then(() => true);
    await until("a batch came", () =>
      receiver.spans().some(({ name }) => name === "execute_tool acme.get"),
    );
    expect(await Promise.race([isOver, Promise.resolve(false)])).toBe(false);
    expect((await running).status).toBe("timeout");
  });
});
