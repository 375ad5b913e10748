import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest";
import { RegistryReading } from "@executor/telemetry/reading";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { PushReport } from "../src/delivery/report.ts";
import type { PushSettings } from "../src/settings/environment.ts";
import { settingsFor, startExporter } from "./support/exporter.ts";
import type { TestExporter } from "./support/exporter.ts";
import { encodeAnswer } from "./support/otlp-schema.ts";
import { ok, startReceiver } from "./support/receiver.ts";
import type { Answer, Receiver } from "./support/receiver.ts";
import { makeRegistry } from "./support/registry.ts";
import type { Registry } from "./support/registry.ts";

let registry: Registry;
let receiver: Receiver;
let exporters: Array<TestExporter> = [];

beforeEach(() => {
  registry = makeRegistry();
  registry.counter("calls", 1);
  receiver = startReceiver();
});
afterEach(async () => {
  await Promise.all(exporters.map((exporter) => exporter.stop()));
  exporters = [];
  await receiver.stop();
});

const start = (changes: Partial<PushSettings> = {}): TestExporter => {
  const exporter = startExporter(registry, settingsFor(receiver.url, changes));
  exporters.push(exporter);
  return exporter;
};

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(null, { status: code, headers });

/** Answers the first request with `first`, and later ones with 200. */
const once =
  (first: Answer): Answer =>
  (received, index) =>
    index === 0 ? first(received, index) : ok(received, index);

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

/** The attempts that one push makes. */
const attempts = async (answer: Answer, changes: Partial<PushSettings> = {}) => {
  receiver.answerWith(answer);
  const report = await start(changes).push();
  return { report, requests: receiver.requests.length };
};

describe("a refusal", () => {
  it.each([400, 401, 403, 404, 408, 500, 501])("of status %i is not retried", async (code) => {
    const { report, requests } = await attempts(status(code));
    expect(requests).toBe(1);
    expect(report).toMatchObject({ accepted: 0, failed: 1, failure: { errorType: String(code) } });
  });

  it.each([429, 502, 503, 504])("of status %i is retried", async (code) => {
    const { report, requests } = await attempts(once(status(code)));
    expect(requests).toBe(2);
    expect(report).toMatchObject({ accepted: 1, failed: 0 });
  });

  it("by an unknown status has the error type _OTHER", async () => {
    const { report } = await attempts(status(599));
    expect(report.failure).toMatchObject({ status: 599, errorType: "_OTHER" });
  });

  it.each([301, 302, 307, 308])("by redirect %i is not followed", async (code) => {
    const elsewhere = startReceiver();
    try {
      const { report } = await attempts(status(code, { location: elsewhere.url }));
      expect(elsewhere.requests).toEqual([]);
      expect(report.failure?.reason).toContain(
        `redirects are not followed, here to ${elsewhere.url}`,
      );
    } finally {
      await elsewhere.stop();
    }
  });

  it.each([
    ["application/x-protobuf", encodeAnswer("Status", { code: 3, message: "no such\ndataset" })],
    ["application/json", JSON.stringify({ code: 3, message: "no such\ndataset" })],
    ["text/plain", "no such\ndataset\n"],
  ])("in %s is quoted in one line", async (contentType, body) => {
    const { report } = await attempts(
      () => new Response(body, { status: 400, headers: { "content-type": contentType } }),
    );
    expect(report.failure?.reason).toBe('the receiver answered 400: "no such dataset"');
  });
});

describe("Retry-After", () => {
  it.each([429, 503])("in seconds delays the retry (%i)", async (code) => {
    await attempts(once(status(code, { "retry-after": "1" })));
    const [first, second] = receiver.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it("as a date delays the retry", async () => {
    await attempts(
      once((received, index) =>
        status(503, { "retry-after": new Date(Date.now() + 2_000).toUTCString() })(received, index),
      ),
    );
    const [first, second] = receiver.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(900);
  });

  it.each(["100", new Date(Date.now() + 100_000).toUTCString()])(
    "beyond the deadline ends the export at once (%s)",
    async (retryAfter) => {
      const { report, requests } = await attempts(status(429, { "retry-after": retryAfter }));
      expect(requests).toBe(1);
      expect(report.failure?.status).toBe(429);
      receiver.answerWith(ok);
      expect(await exporters[0]?.push()).toMatchObject({ accepted: 1 });
    },
  );
});

describe("a receiver that", () => {
  it("refuses connections is retried until the deadline and at the next interval", async () => {
    const { port } = receiver;
    await receiver.stop();
    const exporter = start({ timeoutMillis: 1_500 });
    const report = await exporter.push();
    expect(report).toMatchObject({ failed: 1, failure: { errorType: "connection_error" } });
    receiver = startReceiver(ok, port);
    expect(await exporter.push()).toMatchObject({ accepted: 1, failed: 0 });
  });

  it("has no address is reported as a connection error or a timeout", async () => {
    const exporter = startExporter(
      registry,
      settingsFor("http://receiver.invalid/v1/metrics", { timeoutMillis: 2_000 }),
    );
    exporters.push(exporter);
    const { failure } = await exporter.push();
    expect(failure?.errorType).toMatch(/^(connection_error|timeout)$/);
  });

  it("comes up within the deadline gets the export", async () => {
    const { port } = receiver;
    await receiver.stop();
    const pushing = start().push();
    await sleep(100);
    receiver = startReceiver(ok, port);
    expect(await pushing).toMatchObject({ accepted: 1, failed: 0 });
  });

  it("never answers is given up at the deadline", async () => {
    const before = performance.now();
    const { report, requests } = await attempts(() => undefined, { timeoutMillis: 1_000 });
    expect(requests).toBe(1);
    expect(performance.now() - before).toBeGreaterThanOrEqual(990);
    expect(report.failure).toMatchObject({ errorType: "timeout" });
  });

  it("never ends its answer is given up at the deadline", async () => {
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
    });
    const { report } = await attempts(() => new Response(endless), { timeoutMillis: 300 });
    expect(report.failure).toMatchObject({ errorType: "timeout" });
  });

  it("answers with an endless body is judged by its status", async () => {
    const flood = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    });
    const { report } = await attempts(() => new Response(flood));
    expect(report).toMatchObject({ accepted: 1 });
  });

  it("resets the connection in the middle of the body is retried", async () => {
    const resetting = await startResetting();
    try {
      for (let index = 0; index < 20_000; index += 1) {
        registry.counter("many", 1, { index: crypto.randomUUID() });
      }
      const exporter = startExporter(registry, settingsFor(resetting.url, { compression: "none" }));
      exporters.push(exporter);
      expect(await exporter.push()).toMatchObject({ accepted: 20_001, failed: 0 });
      expect(resetting.connections()).toBe(2);
    } finally {
      resetting.stop();
    }
  });

  it("takes only smaller requests gets halves, and no larger requests afterwards", async () => {
    const limit = 100_000;
    for (let index = 0; index < 5_000; index += 1) {
      registry.counter("many", index, { index: String(index) });
    }
    const answer: Answer = ({ body }) =>
      new Response(null, { status: body.length > limit ? 413 : 200 });
    const { report } = await attempts(answer);
    expect(report).toMatchObject({ accepted: 5_001, failed: 0 });
    const before = receiver.requests.length;
    expect(await exporters[0]?.push()).toMatchObject({ accepted: 5_001, failed: 0 });
    const after = receiver.requests.slice(before);
    expect(after.every(({ body }) => body.length <= limit)).toBe(true);
  });

  it("refuses even one point as too large is given up", async () => {
    const { report, requests } = await attempts(status(413));
    expect(requests).toBe(1);
    expect(report).toMatchObject({ failed: 1, failure: { errorType: "413" } });
  });
});

describe("a partial success", () => {
  const content = { partialSuccess: { rejectedDataPoints: 1, errorMessage: "too\nold" } };

  it.each([
    ["application/x-protobuf", encodeAnswer("ExportMetricsServiceResponse", content)],
    [
      "application/json",
      JSON.stringify({ partialSuccess: { ...content.partialSuccess, rejectedDataPoints: "1" } }),
    ],
  ])("in %s is counted, and logged once", async (contentType, body) => {
    registry.counter("other", 1);
    const { report } = await attempts(
      () => new Response(body, { headers: { "content-type": contentType } }),
    );
    expect(report).toMatchObject({ accepted: 1, rejected: 1, failed: 0, message: "too old" });
    const [exporter] = exporters;
    await exporter?.push();
    expect(exporter?.log).toEqual([
      {
        level: "WARN",
        message: `The receiver at ${receiver.url} rejected 1 of 2 data points: "too old"`,
      },
    ]);
    receiver.answerWith(ok);
    await exporter?.push();
    expect(exporter?.log.at(-1)).toEqual({
      level: "INFO",
      message: `All metrics are pushed to ${receiver.url} again.`,
    });
  });
});

describe("a receiver that is down for 200 intervals", () => {
  it.each(["cumulative", "delta"] as const)(
    "has exact values after it (%s)",
    async (temporality) => {
      registry.histogram("size", [1, 7]);
      const exporter = start({ temporality });
      await exporter.push();
      // Later than the deadline, so that each interval has one attempt.
      receiver.answerWith(status(503, { "retry-after": "100" }));
      for (let interval = 0; interval < 200; interval += 1) {
        registry.counter("calls", 1);
        registry.histogram("size", [11]);
        expect(await exporter.push()).toMatchObject({ accepted: 0 });
      }
      receiver.answerWith(ok);
      const taken = receiver.requests.length;
      await exporter.push();
      await exporter.push();
      const values = receiver.requests
        .slice(taken)
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
      expect(exporter.log[0]?.message).toContain("because the receiver answered 503");
    },
  );
});

describe("a defect while metrics are read", () => {
  it("is logged, and the next push works", async () => {
    let broken = true;
    const reading = new RegistryReading({ registries: [registry.registry] });
    const exporter = startExporter(registry, settingsFor(receiver.url), undefined, {
      steps: () => {
        if (broken) throw new Error("a broken observer");
        return reading.steps();
      },
    });
    exporters.push(exporter);
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
    await receiver.stop();
    const exporter = start({ timeoutMillis: 60_000 });
    await exporter.stopping();
    expect(await exporter.push()).toMatchObject({ failed: 1 });
  });

  it("loses nothing by a connection that breaks", async () => {
    const resetting = await startResetting();
    try {
      const exporter = startExporter(registry, settingsFor(resetting.url));
      exporters.push(exporter);
      await exporter.stopping();
      expect(await exporter.push()).toMatchObject({ accepted: 1, failed: 0 });
      expect(resetting.connections()).toBe(2);
    } finally {
      resetting.stop();
    }
  });

  it("pushes nothing once it is silenced", async () => {
    const exporter = start();
    await exporter.silence();
    expect(await exporter.push()).toMatchObject({ requests: 0 });
    expect(receiver.requests).toEqual([]);
  });

  it("bounds the running export and the next one together", async () => {
    receiver.answerWith(() => undefined);
    const timeoutMillis = 2_000;
    const exporter = start({ timeoutMillis });
    const first = exporter.push();
    while (receiver.requests.length === 0) await sleep(10);
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
