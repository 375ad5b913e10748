import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { MetricBoundaries } from "effect";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import {
  findVictoriaMetrics,
  startScrapingVictoriaMetrics,
} from "@executor/testing/victoria-metrics";
import { Exposition } from "../../../src/metrics/scrape/exposition.ts";
import { Scrapes } from "../../../src/metrics/scrape/scrapes.ts";
import { startTarget } from "../scrape/http-target.ts";
import type { Target } from "../scrape/http-target.ts";
import { nastyRegistry } from "../nasty.ts";

const prometheusServers = findPrometheus();
const victoriaMetricsServers = findVictoriaMetrics();

/** The nasty registry, and enough beside it that the body is streamed. */
const registry = nastyRegistry();
const bounds = MetricBoundaries.fromIterable([0.5, 1, 2.5]);
for (let index = 0; index < 2_000; index++) {
  registry.histogram("many", [["tool", `github.repos.${index}`]], bounds, [index % 3]);
}

/** The real servers, with the headers that they really send, against the real endpoint. */
describe("the metrics endpoint", () => {
  let target: Target;

  beforeAll(async () => {
    target = await startTarget(Scrapes.layerWith(new Exposition({ reading: registry.reading() })));
  });
  afterAll(() => target.stop());

  const samples = async (accept: string): Promise<ReadonlyArray<string>> => {
    const body = await (await fetch(target.url, { headers: { accept } })).text();
    return body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  };

  it.skipIf(prometheusServers.length > 0)(
    "is not scraped by Prometheus: set EXECUTOR_PROMETHEUS to servers' paths",
    () => expect(prometheusServers).toEqual([]),
  );
  it.skipIf(victoriaMetricsServers.length > 0)(
    "is not scraped by VictoriaMetrics: set EXECUTOR_VICTORIA_METRICS to a server's path",
    () => expect(victoriaMetricsServers).toEqual([]),
  );

  for (const binary of prometheusServers) {
    it(`is scraped whole by Prometheus (${binary})`, { timeout: 30_000 }, async () => {
      const prometheus = await startPrometheus({
        binary,
        jobs: [{ job: "nasty", target: `127.0.0.1:${target.port}` }],
        interval: "500ms",
      });
      try {
        await prometheus.waitFor("scrape_samples_scraped > 0");
        expect(await prometheus.targets()).toEqual([{ job: "nasty", health: "up", lastError: "" }]);
        const value = async (promql: string) =>
          Number((await prometheus.query(promql))[0]?.value[1]);
        const scraped = await value("scrape_samples_scraped");
        expect(scraped).toBe((await samples("application/openmetrics-text;version=1.0.0")).length);
        expect(await value('count({job="nasty",__name__!~"up|scrape_.*"})')).toBe(scraped);
        expect(await value('many_bucket{tool="github.repos.1999",le="1.0"}')).toBe(1);
        expect(prometheus.complaints()).toEqual([]);
      } finally {
        await prometheus.stop();
      }
    });
  }

  for (const binary of victoriaMetricsServers) {
    it(`is scraped whole by VictoriaMetrics (${binary})`, { timeout: 30_000 }, async () => {
      const server = await startScrapingVictoriaMetrics(binary, [
        { job: "nasty", target: `127.0.0.1:${target.port}` },
      ]);
      try {
        await server.untilScraped("nasty");
        const expected = await samples("text/plain;version=0.0.4");
        expect(await server.target("nasty")).toMatchObject({
          health: "up",
          lastError: "",
          lastSamplesScraped: expected.length,
        });
        // It stores no NaN.
        const numbers = expected.filter((line) => !line.endsWith(" NaN"));
        expect(await server.series("nasty")).toHaveLength(numbers.length);
        expect(server.complaints()).toEqual([]);
      } finally {
        await server.stop();
      }
    });
  }
});
