import { afterEach, describe, expect, it } from "@effect/vitest";
import { MetricBoundaries } from "effect";
import type { MetricsSettings } from "../src/settings/metrics.ts";
import { settingsFor, startExporter, startTime } from "./support/exporter.ts";
import type { FlatPoint } from "./support/otlp-request.ts";
import { metricsOf } from "./support/otlp-request.ts";
import { decodeStrictly } from "./support/otlp-schema.ts";
import { startReceiver } from "./support/receiver.ts";
import type { Receiver } from "./support/receiver.ts";
import { makeRegistry } from "./support/registry.ts";
import type { Registry } from "./support/registry.ts";

let receiver: Receiver | undefined;
afterEach(() => receiver?.stop());

const push = async (
  registry: Registry,
  changes: Partial<MetricsSettings> = {},
): Promise<ReadonlyArray<FlatPoint>> => {
  receiver = startReceiver();
  const exporter = startExporter(registry, settingsFor(receiver.url, changes));
  const report = await exporter.push();
  await exporter.stop();
  const points = receiver.requests.flatMap((request) => request.points);
  expect(report).toMatchObject({ accepted: points.length, failed: 0, rejected: 0 });
  return points;
};

const brief = (points: ReadonlyArray<FlatPoint>) =>
  points
    .map(({ name, unit, type, attributes, value }) => [name, unit, type, attributes, value])
    .toSorted((left, right) => (String(left) < String(right) ? -1 : 1));

describe.each(["http/protobuf", "http/json"] as const)("%s", (protocol) => {
  it("carries every kind of metric", async () => {
    const registry = makeRegistry();
    registry.counter("calls", 3, { tool: "a" });
    registry.upDown("balance", -2);
    registry.gauge("temperature", -1.5);
    registry.histogram("size", [0.5, 1, 7, 11]);
    registry.frequency("words", ["b", "a", "b"], { tool: "a" });
    registry.summary("latency", [1, 2, 3]);
    const points = await push(registry, { protocol });
    expect(brief(points)).toEqual([
      ["balance", "", "sum cumulative", "", -2],
      ["calls", "", "counter cumulative", "tool=a", 3],
      [
        "latency",
        "",
        "summary",
        "",
        {
          count: 3,
          sum: 6,
          quantiles: [
            { quantile: 0.5, value: 1 },
            { quantile: 1, value: 3 },
          ],
        },
      ],
      [
        "size",
        "",
        "histogram cumulative",
        "",
        { count: 4, sum: 19.5, counts: [2, 0, 1, 1], bounds: [1, 5, 10], range: [0.5, 11] },
      ],
      ["temperature", "", "gauge", "", -1.5],
      ["words", "", "counter cumulative", "key=a,tool=a", "1"],
      ["words", "", "counter cumulative", "key=b,tool=a", "2"],
    ]);
    for (const { type, startTime: start, time } of points) {
      expect(start).toBe(type === "gauge" ? undefined : String(startTime));
      expect(Math.abs(Number(time) / 1e6 - Date.now())).toBeLessThan(60_000);
    }
  });

  it("carries numbers that JSON cannot write", async () => {
    const registry = makeRegistry();
    for (const value of [Number.NaN, Infinity, -Infinity, -0, 1e-320]) {
      registry.gauge("gauge", value, { value: String(value) });
    }
    registry.counter("counter", Infinity);
    registry.histogram("histogram", [Infinity, -Infinity, Number.NaN]);
    const points = await push(registry, { protocol });
    const values = Object.fromEntries(
      points.map(({ name, attributes, value }) => [`${name} ${attributes}`, value]),
    );
    expect(values).toEqual({
      "gauge value=NaN": Number.NaN,
      "gauge value=Infinity": Infinity,
      "gauge value=-Infinity": -Infinity,
      "gauge value=0": protocol === "http/json" ? 0 : -0,
      "gauge value=1e-320": 1e-320,
      "counter ": Infinity,
      "histogram ": {
        count: 2,
        sum: Number.NaN,
        counts: [1, 0, 0, 1],
        bounds: [1, 5, 10],
        range: [-Infinity, Infinity],
      },
    });
  });

  it("writes integers beyond 2^53 exactly, and those beyond 64 bits as doubles", async () => {
    const registry = makeRegistry();
    registry.bigCounter("big", 2n ** 53n + 1n);
    registry.bigCounter("largest", 2n ** 63n - 1n);
    registry.bigCounter("beyond", 2n ** 63n);
    const points = await push(registry, { protocol });
    expect(new Map(points.map(({ name, value }) => [name, value]))).toEqual(
      new Map<string, unknown>([
        ["big", "9007199254740993"],
        ["largest", "9223372036854775807"],
        ["beyond", 2 ** 63],
      ]),
    );
  });

  it("leaves out the sentinels of an empty histogram", async () => {
    const registry = makeRegistry();
    registry.histogram("empty", []);
    registry.histogram("negative", [-3]);
    registry.histogram("nothing but NaN", [Number.NaN]);
    const points = await push(registry, { protocol });
    expect(points.map(({ name, value }) => [name, value])).toEqual([
      ["empty", { count: 0, sum: 0, counts: [0, 0, 0, 0], bounds: [1, 5, 10], range: undefined }],
      [
        "negative",
        { count: 1, sum: -3, counts: [1, 0, 0, 0], bounds: [1, 5, 10], range: undefined },
      ],
      [
        "nothing but NaN",
        { count: 0, sum: Number.NaN, counts: [0, 0, 0, 0], bounds: [1, 5, 10], range: undefined },
      ],
    ]);
  });

  it("writes any text, and the halves of surrogate pairs as the replacement character", async () => {
    const registry = makeRegistry();
    registry.counter("utf8", 1, { 'quo"te\\': "grün\n☃😀", half: "a\ud800" });
    const [point] = await push(registry, { protocol });
    expect(point?.attributes).toBe('half=a\ufffd,quo"te\\=grün\n☃😀');
  });

  it("carries a resource whose attributes look like numbers", async () => {
    const registry = makeRegistry();
    registry.counter("c", 1);
    await push(registry, { protocol, resource: { "service.name": "s", offset: "-5" } });
    expect(receiver?.requests[0]?.request.resourceMetrics[0]?.resource.attributes).toEqual([
      { key: "service.name", value: { stringValue: "s" } },
      { key: "offset", value: { stringValue: "-5" } },
    ]);
  });
});

describe("150,000 points of one metric", () => {
  it("are split into requests within the limit", async () => {
    const registry = makeRegistry();
    const count = 150_000;
    for (let index = 0; index < count; index += 1) {
      registry.counter("many", index, { index: String(index) });
    }
    receiver = startReceiver();
    const exporter = startExporter(registry, settingsFor(receiver.url, { timeoutMillis: 60_000 }));
    const report = await exporter.push();
    await exporter.stop();
    const { requests } = receiver;
    expect(report).toMatchObject({ accepted: count, failed: 0, requests: requests.length });
    expect(requests.length).toBeGreaterThan(1);
    expect(Math.max(...requests.map(({ body }) => body.length))).toBeLessThanOrEqual(
      4 * 1024 * 1024,
    );
    const values = requests.flatMap(({ body }) =>
      [...JSON.stringify(decodeStrictly(body)).matchAll(/"asDouble":(\d+)/g)].map((match) =>
        Number(match[1]),
      ),
    );
    expect(values.length).toBe(count);
    expect(new Set(values).size).toBe(count);
  }, 60_000);
});

describe("points", () => {
  it("merges series whose tags differ only in order", async () => {
    const registry = makeRegistry();
    const tags = [
      ["a", "1"],
      ["b", "2"],
    ] as const;
    registry.counter("calls", 3, tags);
    registry.counter("calls", 4, tags.toReversed());
    registry.gauge("level", 3, tags);
    registry.gauge("level", 4, tags.toReversed());
    registry.histogram("size", [1, 7], tags);
    registry.histogram("size", [11], tags.toReversed());
    const points = await push(registry);
    expect(points.map(({ name, attributes }) => `${name} ${attributes}`).toSorted()).toEqual([
      "calls a=1,b=2",
      "level a=1,b=2",
      "size a=1,b=2",
    ]);
    expect(points.find(({ name }) => name === "calls")?.value).toBe(7);
    expect(points.find(({ name }) => name === "size")?.value).toMatchObject({
      count: 3,
      counts: [1, 0, 1, 1],
      range: [1, 11],
    });
  });

  it("has each key once and no empty value", async () => {
    const registry = makeRegistry();
    registry.counter("calls", 1, [
      ["b", "2"],
      ["a", ""],
      ["b", "1"],
    ]);
    expect((await push(registry))[0]?.attributes).toBe("b=2;1");
  });

  it("takes the unit from the tags, in UCUM, and durations in seconds", async () => {
    const registry = makeRegistry();
    const millis = MetricBoundaries.fromIterable([10, 1_000]);
    registry.histogram("timer", [5, 2_500], { time_unit: "milliseconds" }, millis);
    registry.counter("sent", 5, { unit: "bytes" });
    registry.counter("odd", 5, { unit: "furlongs" });
    expect(brief(await push(registry))).toEqual([
      ["odd", "", "counter cumulative", "unit=furlongs", 5],
      ["sent", "By", "counter cumulative", "", 5],
      [
        "timer",
        "s",
        "histogram cumulative",
        "",
        { count: 2, sum: 2.505, counts: [1, 0, 1], bounds: [0.01, 1], range: [0.005, 2.5] },
      ],
    ]);
  });

  it("takes unit and description from the catalogue, and keeps unit tags as labels then", async () => {
    const registry = makeRegistry();
    registry.gauge("level", 1, { unit: "bytes" });
    receiver = startReceiver();
    const exporter = startExporter(registry, settingsFor(receiver.url), () => ({
      unit: "{call}",
      description: "A level.",
    }));
    await exporter.push();
    await exporter.stop();
    const [request] = receiver.requests;
    expect(request?.points[0]).toMatchObject({ unit: "{call}", attributes: "unit=bytes" });
    expect(request && metricsOf(request.request)[0]?.description).toBe("A level.");
  });
});
