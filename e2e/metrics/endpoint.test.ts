import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { gunzipSync } from "node:zlib";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { readSamples, sumOf } from "@executor/testing";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import {
  findVictoriaMetrics,
  startScrapingVictoriaMetrics,
} from "@executor/testing/victoria-metrics";

const text = "text/plain;version=0.0.4";
const openMetrics = "application/openmetrics-text;version=1.0.0";
const protobuf =
  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

/** The daemon's metrics, as servers and people read them. */
describe("the metrics endpoint of the daemon", () => {
  let daemon: Daemon;
  let url: string;

  beforeAll(async () => {
    daemon = await startDaemon();
    url = `${daemon.url}/api/metrics`;
    // Every series that the requests of the tests make is there before they compare any.
    for (const accept of [text, openMetrics, protobuf, "application/json"]) await scrape(accept);
    await fetch(url, { method: "HEAD" });
    await fetch(url, { method: "POST" });
  });
  afterAll(() => daemon.stop());

  const scrape = (accept: string, headers: Record<string, string> = {}, query = "") =>
    fetch(url + query, { headers: { accept, ...headers } });

  const read = async (accept: string): Promise<string> => (await scrape(accept)).text();

  const identity = (name: string, labels: Readonly<Record<string, string>>): string =>
    JSON.stringify([name, ...Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

  const textSeries = (body: string): ReadonlyArray<string> =>
    readSamples(body)
      .map(({ name, labels }) => identity(name, labels))
      .toSorted();

  it("has the same series in every text", async () => {
    const series = textSeries(await read(text));
    expect(series.length).toBeGreaterThan(60);
    expect(textSeries(await read("text/plain;version=1.0.0;escaping=allow-utf-8"))).toEqual(series);
    const open = await read(openMetrics);
    expect(open.endsWith("# EOF\n")).toBe(true);
    expect(textSeries(open)).toEqual(series);
  });

  it("is compressed for those that ask", async () => {
    const response = await fetch(url, {
      headers: { accept: text, "accept-encoding": "gzip" },
      decompress: false,
    });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(response.headers.get("vary")).toBe("Accept, Accept-Encoding");
    const body = gunzipSync(await response.arrayBuffer()).toString();
    expect(textSeries(body)).toEqual(textSeries(await read(text)));
  });

  it("is read by curl, with and without compression", async () => {
    for (const args of [[], ["--compressed"]]) {
      const curl = Bun.spawnSync(["curl", "-sS", "--fail", ...args, url]);
      expect(curl.stderr.toString()).toBe("");
      expect(textSeries(curl.stdout.toString())).toEqual(textSeries(await read(text)));
    }
  });

  it("gives the families that are asked for, by their names or their samples'", async () => {
    const ask = "?name[]=process_uptime_seconds&name[]=http_server_request_duration_seconds_count";
    const families = (body: string) => new Set(readSamples(body).map(({ name }) => name));
    expect(families(await (await scrape(text, {}, ask)).text())).toEqual(
      new Set([
        "http_server_request_duration_seconds_bucket",
        "http_server_request_duration_seconds_count",
        "http_server_request_duration_seconds_sum",
        "process_uptime_seconds",
      ]),
    );
    const none = await scrape(text, {}, "?name[]=nothing");
    expect([none.status, await none.text()]).toEqual([200, ""]);
    expect(await (await scrape(openMetrics, {}, "?name[]=nothing")).text()).toBe("# EOF\n");
  });

  it("answers HEAD, and refuses other methods", async () => {
    const head = await fetch(url, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(1_000);
    const post = await daemon.request("POST", "/api/metrics");
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect(post.json()).toMatchObject({ _tag: "MethodNotAllowed" });
  });

  it("refuses what is in no format that there is, and counts that", async () => {
    const refusals = async () =>
      sumOf(readSamples(await read(text)), "http_server_request_duration_seconds_count", {
        http_route: "/api/metrics",
        http_response_status_code: "406",
      });
    const before = await refusals();
    const response = await scrape("application/json");
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ _tag: "MetricsNotAcceptable" });
    expect(await refusals()).toBe(before + 1);
  });

  it("answers other requests while a thousand scrapes come at once", async () => {
    const scrapes = Array.from({ length: 1_000 }, async (_, index) => {
      const response = await scrape(index % 2 === 0 ? text : openMetrics);
      await response.arrayBuffer();
      return response.status;
    });
    const health = await daemon.request("GET", "/api/health");
    expect(health.status).toBe(200);
    const statuses = new Set(await Promise.all(scrapes));
    expect(statuses).toContain(200);
    expect(statuses.isSubsetOf(new Set([200, 503]))).toBe(true);
    expect((await scrape(text)).status).toBe(200);
  });

  const prometheusServers = findPrometheus();
  it.skipIf(prometheusServers.length > 0)("has no Prometheus: set EXECUTOR_PROMETHEUS", () => {
    expect(prometheusServers).toEqual([]);
  });
  for (const binary of prometheusServers) {
    for (const args of [[], ["--enable-feature=native-histograms"]]) {
      it(`is stored whole by Prometheus (${binary} ${args.join(" ")})`, async () => {
        const prometheus = await startPrometheus({
          binary,
          jobs: [{ job: "executor", target: `127.0.0.1:${daemon.port}` }],
          args,
        });
        try {
          const stored = 'count({job="executor",__name__!~"up|scrape_.*"})';
          await prometheus.waitFor(`scrape_samples_scraped == on() ${stored}`);
          expect(await prometheus.targets()).toEqual([
            { job: "executor", health: "up", lastError: "" },
          ]);
          expect(await prometheus.query('executor_build_info{job="executor"} == 1')).toHaveLength(
            1,
          );
          expect(prometheus.complaints()).toEqual([]);
        } finally {
          await prometheus.stop();
        }
      });
    }
  }

  const victoriaMetricsServers = findVictoriaMetrics();
  it.skipIf(victoriaMetricsServers.length > 0)(
    "has no VictoriaMetrics: set EXECUTOR_VICTORIA_METRICS",
    () => expect(victoriaMetricsServers).toEqual([]),
  );
  for (const binary of victoriaMetricsServers) {
    it(`is stored whole by VictoriaMetrics (${binary})`, async () => {
      const server = await startScrapingVictoriaMetrics(binary, [
        { job: "executor", target: `127.0.0.1:${daemon.port}` },
      ]);
      try {
        await server.untilScraped("executor");
        const { health, lastError, lastSamplesScraped } = await server.target("executor");
        expect({ health, lastError }).toEqual({ health: "up", lastError: "" });
        expect(await server.series("executor")).toHaveLength(Number(lastSamplesScraped));
        expect(server.complaints()).toEqual([]);
      } finally {
        await server.stop();
      }
    });
  }
});
