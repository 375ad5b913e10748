import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@effect/vitest";
import { makeAuthority } from "@executor/testing/certificates";
import { collectedSamples } from "@executor/testing/collected-samples";
import { findCollectors, startCollector } from "@executor/testing/collector";
import type { CollectorTls } from "@executor/testing/collector";
import { findOtlpPrometheus, startPrometheus } from "@executor/testing/prometheus";
import { runExecutor } from "../support/cli/command.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import {
  expectAgreement,
  histogramTotals,
  makeTraffic,
  rounded,
  scrapeOf,
  storedSet,
  toStored,
} from "../support/metrics/agreement.ts";

const collectors = findCollectors();
const servers = findOtlpPrometheus();

const stops: Array<() => Promise<void>> = [];
const directory = mkdtempSync(join(tmpdir(), "executor-receivers-"));
const file = (name: string): string => join(directory, name);
let server: CollectorTls;

beforeAll(async () => {
  const authority = await makeAuthority();
  const [own, client] = [await authority.issue(), await authority.issue()];
  writeFileSync(file("ca.pem"), authority.certificate);
  writeFileSync(file("server.pem"), own.cert);
  writeFileSync(file("server.key"), own.key);
  writeFileSync(file("client.pem"), client.cert);
  writeFileSync(file("client.key"), client.key);
  server = { cert: file("server.pem"), key: file("server.key"), ca: file("ca.pem") };
});
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A daemon that pushes to the receiver and has something to push. */
const pushingTo = async (env: Record<string, string>): Promise<Daemon> => {
  const daemon = await startDaemon({ env: { OTEL_METRIC_EXPORT_INTERVAL: "300", ...env } });
  stops.push(daemon.stop);
  await makeTraffic(daemon);
  return daemon;
};

const expectQuiet = (daemon: Daemon, complaints: ReadonlyArray<string>): void => {
  expect(complaints).toEqual([]);
  expect(daemon.log()).not.toMatch(/level=(WARN|ERROR|FATAL)/);
};

const traceIdsIn = (taken: ReadonlyArray<unknown>): ReadonlySet<string> =>
  new Set(
    Array.from(JSON.stringify(taken).matchAll(/"traceId":"([0-9a-f]{32})"/g), ([, id = ""]) => id),
  );

const mutualTls = {
  OTEL_EXPORTER_OTLP_CERTIFICATE: file("ca.pem"),
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file("client.pem"),
  OTEL_EXPORTER_OTLP_CLIENT_KEY: file("client.key"),
};

const exponential = {
  OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: "base2_exponential_bucket_histogram",
};

describe("an OpenTelemetry Collector", () => {
  it.skipIf(collectors.length > 0)("is missing: set EXECUTOR_OTEL_COLLECTOR", () =>
    expect(collectors).toEqual([]),
  );

  for (const binary of collectors) {
    it.each([
      ["protobuf", "http/protobuf", "none", false],
      ["protobuf with gzip", "http/protobuf", "gzip", false],
      ["JSON", "http/json", "none", false],
      ["JSON with gzip", "http/json", "gzip", false],
      ["protobuf over mutual TLS", "http/protobuf", "gzip", true],
      ["JSON over mutual TLS", "http/json", "gzip", true],
    ])("takes what a scrape shows (%s)", async (_, protocol, compression, isMutual) => {
      const collector = await startCollector(binary, isMutual ? server : undefined);
      stops.push(collector.stop);
      const daemon = await pushingTo({
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/v1/metrics`,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_COMPRESSION: compression,
        ...(isMutual ? mutualTls : {}),
      });
      await expectAgreement(
        () => scrapeOf(daemon),
        async () => storedSet(collectedSamples(collector.taken("metrics"))),
      );
      expectQuiet(daemon, collector.complaints());
    });

    it.each(["trace_based", "always_off"])(
      "finds the trace of each exemplar, unless there are none (%s)",
      async (filter) => {
        const collector = await startCollector(binary);
        stops.push(collector.stop);
        const daemon = await pushingTo({
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_BSP_SCHEDULE_DELAY: "100",
          OTEL_METRICS_EXEMPLAR_FILTER: filter,
        });
        daemon.kill("SIGTERM");
        await daemon.exited;
        const traces = traceIdsIn(collector.taken("traces"));
        const exemplars = traceIdsIn(collector.taken("metrics"));
        expect(traces.size).toBeGreaterThan(2);
        expect(exemplars.size > 2).toBe(filter === "trace_based");
        expect([...exemplars].filter((id) => !traces.has(id))).toEqual([]);
        expectQuiet(daemon, collector.complaints());
      },
    );

    it.each(["http/protobuf", "http/json"])("takes what a dry run sends (%s)", async (protocol) => {
      const collector = await startCollector(binary);
      stops.push(collector.stop);
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      };
      const { code, stdout } = await runExecutor(["metrics", "push", "--dry-run"], { env });
      expect(code).toBe(0);
      expect(stdout).toMatch(/data points in 1 request.* 1 span in 1 .* 1 log record in 1 /s);
      for (const signal of ["traces", "logs"] as const) {
        const taken = JSON.stringify(collector.taken(signal));
        expect(taken).toContain("executor metrics push --dry-run");
        expect(taken).toMatch(/-dry-run"}/);
      }
      expect(collector.complaints()).toEqual([]);
    });

    it("takes exemplars without traces where the filter lets all through", async () => {
      const collector = await startCollector(binary);
      stops.push(collector.stop);
      const daemon = await pushingTo({
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/v1/metrics`,
        OTEL_METRICS_EXEMPLAR_FILTER: "always_on",
      });
      daemon.kill("SIGTERM");
      await daemon.exited;
      const taken = collector.taken("metrics");
      expect(JSON.stringify(taken)).toContain('"exemplars":[{');
      expect(traceIdsIn(taken)).toEqual(new Set());
      expectQuiet(daemon, collector.complaints());
    });

    it.each(["http/protobuf", "http/json"])(
      "takes exponential histograms with the counts and sums of a scrape (%s)",
      async (protocol) => {
        const collector = await startCollector(binary);
        stops.push(collector.stop);
        const daemon = await pushingTo({
          ...exponential,
          OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/v1/metrics`,
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        });
        const scraped = histogramTotals(await scrapeOf(daemon));
        daemon.kill("SIGTERM");
        await daemon.exited;
        const taken = collector.taken("metrics");
        const collected = storedSet(collectedSamples(taken));
        const pushed = [...scraped.keys()].map((key) => [
          key,
          rounded(collected.get(key)?.value ?? Number.NaN),
        ]);
        expect(pushed).toEqual([...scraped]);
        expect(scraped.size).toBeGreaterThan(10);
        expect(JSON.stringify(taken)).toContain('"exponentialHistogram"');
        expect(JSON.stringify(taken)).not.toContain('"explicitBounds"');
        expectQuiet(daemon, collector.complaints());
      },
    );

    it("that asks for a certificate takes nothing without one", async () => {
      const collector = await startCollector(binary, server);
      stops.push(collector.stop);
      const daemon = await pushingTo({
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/v1/metrics`,
        OTEL_EXPORTER_OTLP_CERTIFICATE: file("ca.pem"),
        OTEL_EXPORTER_OTLP_TIMEOUT: "300",
      });
      daemon.kill("SIGTERM");
      await daemon.exited;
      expect(daemon.log()).toMatch(/level=WARN .*Metrics cannot be pushed/);
      expect(collector.taken("metrics")).toEqual([]);
    });
  }
});

describe("Prometheus's receiver of OTLP", () => {
  it.skipIf(servers.length > 0)("is missing: set EXECUTOR_PROMETHEUS_OTLP", () =>
    expect(servers).toEqual([]),
  );

  for (const binary of servers) {
    it("has the names, labels and values of a scrape", async () => {
      const prometheus = await startPrometheus({
        binary,
        jobs: [],
        args: ["--web.enable-otlp-receiver"],
      });
      stops.push(prometheus.stop);
      const daemon = await pushingTo({
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${prometheus.url}/api/v1/otlp/v1/metrics`,
      });
      await expectAgreement(
        () => scrapeOf(daemon),
        async () => toStored(await prometheus.query('{__name__!="",__name__!="target_info"}')),
      );
      expectQuiet(daemon, prometheus.complaints());
    });

    it("has native histograms of exponential ones, with the counts and sums of a scrape", async () => {
      const prometheus = await startPrometheus({
        binary,
        jobs: [],
        args: ["--web.enable-otlp-receiver"],
      });
      stops.push(prometheus.stop);
      const daemon = await pushingTo({
        ...exponential,
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${prometheus.url}/api/v1/otlp/v1/metrics`,
      });
      const scraped = histogramTotals(await scrapeOf(daemon));
      daemon.kill("SIGTERM");
      await daemon.exited;
      const names = [...scraped.keys()].flatMap((key) => /^(.*)_count\{/.exec(key)?.[1] ?? []);
      const stored = new Map<string, number>();
      for (const name of new Set(names)) {
        for (const part of ["count", "sum"]) {
          const series = await prometheus.query(`histogram_${part}(${name})`);
          const named = series.map(({ metric, value }) => ({
            metric: { ...metric, __name__: `${name}_${part}` },
            value,
          }));
          for (const [key, { value }] of toStored(named)) stored.set(key, rounded(value));
        }
      }
      const pushed = [...scraped.keys()].map((key) => [key, stored.get(key)]);
      expect(pushed).toEqual([...scraped]);
      expect(scraped.size).toBeGreaterThan(10);
      expectQuiet(daemon, prometheus.complaints());
    });
  }
});
