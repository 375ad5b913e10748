import { HttpApi, HttpApiBuilder, HttpServer, OpenApi } from "@effect/platform";
import { counter, durationSeconds, histogram } from "@executor/telemetry";
import { afterAll, describe, expect, it } from "@effect/vitest";
import { Layer } from "effect";
import { readSamples } from "@executor/testing";
import { MetricsApi } from "../../../src/metrics/api.ts";
import { metricsHandlers } from "../../../src/metrics/handlers.ts";
import { decodeFamilies } from "@executor/testing/protobuf";

class TestApi extends HttpApi.make("test").add(MetricsApi).prefix("/api") {}

const { handler, dispose } = HttpApiBuilder.toWebHandler(
  Layer.mergeAll(
    HttpApiBuilder.api(TestApi).pipe(
      Layer.provide(HttpApiBuilder.group(TestApi, "metrics", metricsHandlers)),
    ),
    HttpServer.layerContext,
  ),
);
afterAll(dispose);

const request = (method: string, headers: Record<string, string> = {}, query = "") =>
  handler(new Request(`http://127.0.0.1/api/metrics${query}`, { method, headers }));

/** A sample's name and labels; a bucket's bound as a number, since protobuf has no other. */
const identity = (name: string, labels: Readonly<Record<string, string>>): string => {
  const { le, ...others } = labels;
  const bound = le === undefined ? {} : { le: String(le === "+Inf" ? Infinity : Number(le)) };
  const all = Object.entries({ ...others, ...bound });
  return JSON.stringify([name, ...all.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
};

const textSeries = async (accept: string): Promise<ReadonlyArray<string>> => {
  const body = await (await request("GET", { accept })).text();
  return readSamples(body.replace(/ # \{.*$/gm, ""))
    .map(({ name, labels }) => identity(name, labels))
    .toSorted();
};

const protobufSeries = async (): Promise<ReadonlyArray<string>> => {
  const response = await request("GET", { accept: "application/vnd.google.protobuf" });
  return decodeFamilies(new Uint8Array(await response.arrayBuffer()))
    .flatMap(({ name, metric }) =>
      metric.flatMap(({ label, histogram: buckets }) => {
        const labels = Object.fromEntries(label.map(({ name: key, value }) => [key, value]));
        if (buckets === undefined) return [identity(name, labels)];
        const bounds = buckets.bucket.map(({ upperBound }) => upperBound).filter(Number.isFinite);
        return [
          ...[...bounds, Infinity].map((bound) =>
            identity(`${name}_bucket`, { ...labels, le: String(bound) }),
          ),
          identity(`${name}_sum`, labels),
          identity(`${name}_count`, labels),
        ];
      }),
    )
    .toSorted();
};

const valueOf = (body: string, sample: string): number => {
  const line = body.split("\n").find((candidate) => candidate.startsWith(`${sample} `));
  if (line === undefined) throw new Error(`${sample} is not in the body`);
  return Number(line.slice(sample.length + 1));
};

const calls = counter({
  name: "test.http.calls",
  description: "Calls of the test.",
  unit: "{call}",
  labels: ["outcome"],
});

const waits = histogram({
  name: "test.http.waits",
  description: "Waits of the test.",
  unit: "s",
  labels: ["outcome"],
  boundaries: durationSeconds,
});

describe("GET /metrics", () => {
  it("answers the recorded metrics as text 0.0.4", async () => {
    calls.add(3, { outcome: "ok" });
    const response = await request("GET");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const body = await response.text();
    expect(body).toContain(
      "# HELP test_http_calls_total Calls of the test.\n# TYPE test_http_calls_total counter\n" +
        'test_http_calls_total{outcome="ok"} 3\n',
    );
    expect(body.endsWith("\n")).toBe(true);
  });

  it("shows each scrape the numbers of the one before", async () => {
    const first = await (await request("GET")).text();
    const second = await (await request("GET")).text();
    const count = "otel_sdk_metric_reader_collection_duration_seconds_count";
    expect(valueOf(second, count)).toBe(valueOf(first, count) + 1);
    expect(valueOf(second, "executor_metrics_scrape_size_bytes")).toBe(Buffer.byteLength(first));
    expect(valueOf(second, "executor_metrics_conflicts")).toBe(0);
  });

  it("answers HEAD with the headers alone", async () => {
    const response = await request("HEAD");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await response.text()).toBe("");
  });

  it("has the same series in every format", async () => {
    waits.record(0.3, { outcome: "ok" });
    // The first scrape makes series of its own.
    await request("GET");
    const series = await textSeries("text/plain;version=0.0.4");
    expect(series.length).toBeGreaterThan(20);
    expect(await textSeries("text/plain;version=1.0.0;escaping=allow-utf-8")).toEqual(series);
    expect(await textSeries("application/openmetrics-text;version=1.0.0")).toEqual(series);
    expect(await textSeries("application/openmetrics-text;version=0.0.1")).toEqual(series);
    expect(await protobufSeries()).toEqual(series);
  });

  it("has the times since which counters count in OpenMetrics, for those that ask", async () => {
    const created = async (accept: string, query: string) => {
      const body = await (await request("GET", { accept }, query)).text();
      return body.split("\n").filter((line) => /^\w+_created[{ ]/.test(line));
    };
    const openMetrics = "application/openmetrics-text;version=1.0.0";
    expect(await created(openMetrics, "")).toEqual([]);
    expect(await created(openMetrics, "?created=false")).toEqual([]);
    expect(await created("text/plain", "?created=true")).toEqual([]);
    const lines = await created(openMetrics, "?created=true&name[]=test_http_calls");
    expect(lines).toEqual([
      expect.stringMatching(/^test_http_calls_created\{outcome="ok"\} \d+\.\d{3}$/),
    ]);
    const since = Number(lines[0]?.split(" ")[1]);
    expect(Math.abs(since - Date.now() / 1_000)).toBeLessThan(60);
    expect((await request("GET", {}, "?created=perhaps")).status).toBe(400);
  });

  it("is in the OpenAPI document with its content type", () => {
    const operation = OpenApi.fromApi(TestApi).paths["/api/metrics"]?.get;
    expect(operation?.parameters.map(({ name }) => name)).toEqual(["name[]", "created"]);
    expect(Object.keys(operation?.responses ?? {})).toEqual(["200", "400", "406", "500", "503"]);
    expect(operation?.summary).toBe("Scrape metrics");
    expect(Object.keys(operation?.responses[200]?.content ?? {})).toEqual([
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
  });
});
