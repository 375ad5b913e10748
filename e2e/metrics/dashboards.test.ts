import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { join } from "node:path";
import { readSamples } from "@executor/testing";
import {
  findPrometheus,
  findOtlpPrometheus,
  formsOf,
  startPrometheus,
} from "@executor/testing/prometheus";
import type { HistogramForms, RunningPrometheus } from "@executor/testing/prometheus";
import {
  alertQueries,
  readCatalogue,
  committedQueries,
  filledIn,
  namesIn,
  unfiltered,
} from "../support/metrics/traffic-queries.ts";
import { connectTo } from "../support/mcp/client.ts";
import { startTraffic } from "../support/metrics/traffic.ts";
import type { Traffic } from "../support/metrics/traffic.ts";

/** What Prometheus adds to a scrape, and what our rules record. */
const ofPrometheus = /^(up|ALERTS|job_(source|tool):.*)$/;
const rules = join(import.meta.dirname, "../../packages/observability/rules/executor.rules.yaml");
const aHistogram = "executor_tool_call_duration_seconds";
const labelsOfPrometheus = new Set(["job", "instance", "le"]);

describe("what operators load, after traffic of every kind", () => {
  let traffic: Traffic;
  const servers: Array<
    RunningPrometheus & { readonly name: string; readonly forms: HistogramForms }
  > = [];

  beforeAll(async () => {
    traffic = await startTraffic();
    const jobs = [{ job: "executor", target: `127.0.0.1:${traffic.daemon.port}` }];
    for (const binary of [...findPrometheus(), ...findOtlpPrometheus()]) {
      for (const histograms of formsOf(binary)) {
        const server = await startPrometheus({ binary, jobs, histograms, rules: [rules] });
        servers.push({ ...server, name: `${binary}, ${histograms}`, forms: histograms });
      }
    }
    await scraped();
    // What was not there in one scrape has no rate in the next: everything happens twice.
    for (let round = 0; round < 2; round += 1) {
      await traffic.round();
      await scraped();
    }
  });
  /** Waits until every Prometheus has scraped what is there now. */
  const scraped = async (): Promise<void> => {
    const now = Date.now() / 1_000;
    for (const server of servers) await server.waitFor(`timestamp(up == 1) > ${now}`);
  };
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await traffic.stop();
  });

  it("names nothing that a scrape does not have", async () => {
    const samples = readSamples((await traffic.daemon.request("GET", "/api/metrics")).text);
    const labelsByMetric = new Map<string, Set<string>>();
    for (const { name, labels } of samples) {
      const known = labelsByMetric.get(name) ?? new Set();
      for (const label of Object.keys(labels)) known.add(label);
      labelsByMetric.set(name, known);
    }
    const queries = [...committedQueries(), ...alertQueries()];
    expect(queries.length).toBeGreaterThan(100);
    const missing = queries.flatMap(({ from, expression }) => {
      const { metrics, labels } = namesIn(expression);
      const read = [...metrics].filter(
        (metric) => !ofPrometheus.test(metric) && !labelsByMetric.has(`${metric}_count`),
      );
      expect(metrics.size, `metrics in ${expression}`).toBeGreaterThan(0);
      const there = read.flatMap((metric) => [...(labelsByMetric.get(metric) ?? [])]);
      return [
        ...read.filter((metric) => !labelsByMetric.has(metric)).map((name) => `${from}: ${name}`),
        ...[...labels]
          .filter((label) => !labelsOfPrometheus.has(label))
          .filter((label) => read.length > 0 && !there.includes(label))
          .map((label) => `${from}: label ${label}`),
      ];
    });
    expect(missing).toEqual([]);
  });

  it("has every metric of the catalogue, and no label value that the catalogue does not list", async () => {
    await useServerBriefly(traffic.daemon);
    const samples = readSamples((await traffic.daemon.request("GET", "/api/metrics")).text);
    const catalogue = readCatalogue();
    expect(catalogue.length).toBeGreaterThan(40);
    const sampled = (name: string) =>
      samples.filter((sample) => sample.name === name || sample.name === `${name}_count`);
    // The daemon pushes its metrics and traces here, and no logs.
    const isPushed = (name: string) => !/_logs_export_|_(exporter|processor)_log_/.test(name);
    const unsampled = catalogue.filter(({ name }) => isPushed(name) && sampled(name).length === 0);
    expect(unsampled.map(({ name }) => name)).toEqual([]);
    const unlisted = catalogue.flatMap(({ name, labels }) =>
      sampled(name).flatMap((sample) =>
        Object.entries(sample.labels)
          .filter(([label, value]) => labels.get(label)?.includes(value) === false)
          .map(([label, value]) => `${name} ${label}=${value}`),
      ),
    );
    expect(unlisted).toEqual([]);
  });

  it("gets data for every query from every Prometheus, whichever histograms it stores", async () => {
    const queries = committedQueries();
    expect(queries.length).toBeGreaterThan(90);
    for (const { query: ask, name, forms } of servers) {
      expect([
        (await ask(`${aHistogram}_count`)).length > 0,
        (await ask(`histogram_count(${aHistogram})`)).length > 0,
      ]).toEqual([forms !== "native", forms !== "classic"]);
      const rows: Array<string> = [];
      const empty: Array<string> = [];
      for (const { from, expression } of queries) {
        const query = unfiltered(filledIn(expression, "5m"));
        const series = await ask(query);
        const numbers = series.filter(({ value: [, text] }) => text !== "NaN");
        rows.push(`${from} | ${query} | ${series.length} | ${numbers[0]?.value[1] ?? "-"}`);
        if (numbers.length === 0) empty.push(`${name}: ${from}: ${query}`);
      }
      if (process.env["EXECUTOR_SHOW_QUERIES"] !== undefined) console.log(rows.join("\n"));
      expect(empty).toEqual([]);
    }
  });

  it("makes no Prometheus complain", () => {
    expect(servers.flatMap((server) => server.complaints())).toEqual([]);
  });
});

/** Lists the resources of an MCP server, and ends the connection to it. */
const useServerBriefly = async ({ request, url }: Traffic["daemon"]): Promise<void> => {
  const { client } = await connectTo(url);
  await client.listResources();
  await client.close();
  const removed = await request("DELETE", "/api/sources/everything");
  expect(removed.status).toBe(204);
};
