import { describe, expect, it } from "@effect/vitest";
import { RegistryReading } from "@executor/telemetry/reading";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { PushReport } from "../src/delivery/report.ts";
import { settingsFor, startExporter } from "./support/exporter.ts";
import { status, usePush } from "./support/push.ts";
import { ok, startReceiver } from "./support/receiver.ts";
import type { Answer } from "./support/receiver.ts";

const push = usePush();

/** A receiver that resets the first connection once something has arrived, and answers on the others. */
const startResetting = async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {});
    socket.once("data", () => {
      if (connections === 1) socket.resetAndDestroy();
      else socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1/metrics`,
    connections: () => connections,
    stop: () => server.close(),
  };
};

describe("a receiver that", () => {
  it("refuses connections is retried until the deadline and at the next interval", async () => {
    const { port } = push().receiver;
    await push().receiver.stop();
    const exporter = push().start({ timeoutMillis: 1_500 });
    const report = await exporter.push();
    expect(report).toMatchObject({ failed: 1, failure: { errorType: "connection_error" } });
    push().receiver = startReceiver({ port });
    expect(await exporter.push()).toMatchObject({ accepted: 1, failed: 0 });
  });

  it("has no address is reported as a connection error or a timeout", async () => {
    const exporter = startExporter(
      push().registry,
      settingsFor("http://push().receiver.invalid/v1/metrics", { timeoutMillis: 2_000 }),
    );
    push().add(exporter);
    const { failure } = await exporter.push();
    expect(failure?.errorType).toMatch(/^(connection_error|timeout)$/);
  });

  it("comes up within the deadline gets the export", async () => {
    const { port } = push().receiver;
    await push().receiver.stop();
    const pushing = push().start().push();
    await sleep(100);
    push().receiver = startReceiver({ port });
    expect(await pushing).toMatchObject({ accepted: 1, failed: 0 });
  });

  it("never answers is given up at the deadline", async () => {
    const before = performance.now();
    const { report, requests } = await push().attempts(() => undefined, { timeoutMillis: 1_000 });
    expect(requests).toBe(1);
    expect(performance.now() - before).toBeGreaterThanOrEqual(990);
    expect(report.failure).toMatchObject({ errorType: "timeout" });
  });

  it("never ends its answer is given up at the deadline", async () => {
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
    });
    const { report } = await push().attempts(() => new Response(endless), { timeoutMillis: 300 });
    expect(report.failure).toMatchObject({ errorType: "timeout" });
  });

  it("answers with an endless body is given up", async () => {
    const flood = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    });
    const { report } = await push().attempts(() => new Response(flood));
    expect(report.failure).toMatchObject({ errorType: "invalid_response" });
  });

  it("resets the connection in the middle of the body is retried", async () => {
    const resetting = await startResetting();
    try {
      for (let index = 0; index < 20_000; index += 1) {
        push().registry.counter("many", 1, { index: crypto.randomUUID() });
      }
      const exporter = startExporter(
        push().registry,
        settingsFor(resetting.url, { compression: "none" }),
      );
      push().add(exporter);
      expect(await exporter.push()).toMatchObject({ accepted: 20_001, failed: 0 });
      expect(resetting.connections()).toBe(2);
    } finally {
      resetting.stop();
    }
  });

  it("takes only smaller requests gets halves, and no larger requests afterwards", async () => {
    const limit = 100_000;
    for (let index = 0; index < 5_000; index += 1) {
      push().registry.counter("many", index, { index: String(index) });
    }
    const answer: Answer = ({ body }) =>
      new Response(null, { status: body.length > limit ? 413 : 200 });
    const { report, exporter } = await push().attempts(answer);
    expect(report).toMatchObject({ accepted: 5_001, failed: 0 });
    const before = push().receiver.requests.length;
    expect(await exporter.push()).toMatchObject({ accepted: 5_001, failed: 0 });
    const after = push().receiver.requests.slice(before);
    expect(after.every(({ body }) => body.length <= limit)).toBe(true);
  });

  it("finds everything too large gets no request below 64 KiB, and one a push from then on", async () => {
    for (let index = 0; index < 5_000; index += 1) {
      push().registry.counter("many", index, { index: crypto.randomUUID() });
    }
    const { report, requests, exporter } = await push().attempts(status(413));
    expect(report).toMatchObject({ failed: 5_001, failure: { errorType: "413" }, requests });
    const sizes = push().receiver.requests.map(({ body }) => body.length);
    expect(sizes.length).toBeLessThan(8);
    expect(sizes.at(-1)).toBeGreaterThan(16 * 1024);
    expect(await exporter.push()).toMatchObject({ failed: 5_001, requests: 1 });
  });

  it("finds a small request too large gets it once", async () => {
    for (let index = 0; index < 137; index += 1) {
      push().registry.counter("many", index, { index: String(index) });
    }
    const { report, requests } = await push().attempts(status(413));
    expect(requests).toBe(1);
    expect(report).toMatchObject({ failed: 138, failure: { errorType: "413" } });
  });
});

describe("a receiver that is down for 200 intervals", () => {
  it.each(["cumulative", "delta"] as const)(
    "has exact values after it (%s)",
    async (temporality) => {
      push().registry.histogram("size", [1, 7]);
      const exporter = push().start({ temporality });
      await exporter.push();
      // Not to be retried, so that each interval has one attempt.
      push().receiver.answerWith(status(500));
      for (let interval = 0; interval < 200; interval += 1) {
        push().registry.counter("calls", 1);
        push().registry.histogram("size", [11]);
        expect(await exporter.push()).toMatchObject({ accepted: 0 });
      }
      push().receiver.answerWith(ok);
      const taken = push().receiver.requests.length;
      await exporter.push();
      await exporter.push();
      const values = push()
        .receiver.requests.slice(taken)
        .flatMap(({ points }) => points.map(({ name, value }) => [name, value]));
      const size = { sum: 2_208, bounds: [1, 5, 10], range: [1, 11] };
      expect(values).toEqual(
        temporality === "cumulative"
          ? [
              ["calls", 201],
              ["size", { ...size, count: 202, counts: [1, 0, 1, 200] }],
              ["calls", 201],
              ["size", { ...size, count: 202, counts: [1, 0, 1, 200] }],
            ]
          : [
              ["calls", 200],
              [
                "size",
                { ...size, count: 200, sum: 2_200, counts: [0, 0, 0, 200], range: undefined },
              ],
            ],
      );
      expect(exporter.log.map(({ level }) => level)).toEqual(["WARN", "INFO"]);
      expect(exporter.log[0]?.message).toContain("because the receiver answered 500");
    },
  );
});

describe("a defect while metrics are read", () => {
  it("is logged, and the next push works", async () => {
    let broken = true;
    const reading = new RegistryReading({ registries: [push().registry.registry] });
    const exporter = startExporter(push().registry, settingsFor(push().receiver.url), undefined, {
      steps: () => {
        if (broken) throw new Error("a broken observer");
        return reading.steps();
      },
    });
    push().add(exporter);
    expect(await exporter.push()).toMatchObject({ requests: 0 });
    expect(exporter.log).toEqual([
      { level: "ERROR", message: expect.stringContaining("Metrics are not pushed this time.") },
    ]);
    broken = false;
    expect(await exporter.push()).toMatchObject({ accepted: 1 });
  });
});

describe("stopping", () => {
  it("tries once more where there is no connection", async () => {
    await push().receiver.stop();
    const exporter = push().start({ timeoutMillis: 60_000 });
    await exporter.stopping();
    expect(await exporter.push()).toMatchObject({ failed: 1 });
  });

  it("loses nothing by a connection that breaks", async () => {
    const resetting = await startResetting();
    try {
      const exporter = startExporter(push().registry, settingsFor(resetting.url));
      push().add(exporter);
      await exporter.stopping();
      expect(await exporter.push()).toMatchObject({ accepted: 1, failed: 0 });
      expect(resetting.connections()).toBe(2);
    } finally {
      resetting.stop();
    }
  });

  it("pushes nothing once it is silenced", async () => {
    const exporter = push().start();
    await exporter.silence();
    expect(await exporter.push()).toMatchObject({ requests: 0 });
    expect(push().receiver.requests).toEqual([]);
  });

  it("bounds the running export and the next one together", async () => {
    push().receiver.answerWith(() => undefined);
    const timeoutMillis = 2_000;
    const exporter = push().start({ timeoutMillis });
    const first = exporter.push();
    while (push().receiver.requests.length === 0) await sleep(10);
    await sleep(300);
    await exporter.stopping();
    const announced = Date.now();
    const ended = first.then(() => Date.now());
    const [before, after] = await Promise.all([first, exporter.push()]);
    const limit = ({ failure }: PushReport) => Number(failure?.reason.match(/(\d+) ms/)?.[1]);
    expect(limit(before)).toBeGreaterThan(500);
    // The second has what the first has left of the time from the announcement on.
    expect(limit(after)).toBeLessThanOrEqual(
      Math.max(1, announced + timeoutMillis - (await ended)) + 50,
    );
  });
});
