import { HttpApi, HttpApiBuilder, HttpServer, OpenApi } from "@effect/platform";
import { counter } from "@executor/telemetry";
import { afterAll, describe, expect, it } from "@effect/vitest";
import { Layer } from "effect";
import { MetricsApi } from "../../src/metrics/api.ts";
import { metricsHandlers } from "../../src/metrics/handlers.ts";

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

const request = (method: string) =>
  handler(new Request("http://127.0.0.1/api/metrics", { method }));

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
    expect(valueOf(second, 'executor_metrics_conflicts{reason="type"}')).toBe(0);
  });

  it("answers HEAD with the headers alone", async () => {
    const response = await request("HEAD");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await response.text()).toBe("");
  });

  it("is in the OpenAPI document with its content type", () => {
    const operation = OpenApi.fromApi(TestApi).paths["/api/metrics"]?.get;
    expect(operation?.summary).toBe("Scrape metrics");
    expect(Object.keys(operation?.responses[200]?.content ?? {})).toEqual([
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
  });
});
