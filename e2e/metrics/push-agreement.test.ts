import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { petsDocument } from "../support/upstreams/document-server.ts";
import { readSamples, until } from "@executor/testing";
import { labelText, startOtlpVictoriaMetrics } from "../support/metrics/otlp-victoria-metrics.ts";
import type {
  OtlpVictoriaMetrics,
  StoredSeries,
} from "../support/metrics/otlp-victoria-metrics.ts";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import type { QuerySeries, RunningPrometheus } from "@executor/testing/prometheus";
import { findVictoriaMetrics } from "@executor/testing/victoria-metrics";

/** These go on moving with the scrapes, the pushes and the clock themselves. */
const restless =
  /^(process_|nodejs_|effect_fiber_|otel_sdk_|executor_metrics_|http_server_request_duration_seconds)/;

const servers = findVictoriaMetrics();
const scrapers = findPrometheus();

describe("metrics that are pushed and scraped at once", () => {
  it.skipIf(servers.length > 0)("have no VictoriaMetrics: set EXECUTOR_VICTORIA_METRICS", () =>
    expect(servers).toEqual([]),
  );

  for (const binary of servers) {
    describe(`by ${binary}`, () => {
      let server: OtlpVictoriaMetrics;
      let daemon: Daemon;
      let prometheus: ReadonlyArray<RunningPrometheus>;

      beforeAll(async () => {
        server = await startOtlpVictoriaMetrics(binary);
        daemon = await startDaemon({
          env: {
            OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: server.pushUrl,
            OTEL_METRIC_EXPORT_INTERVAL: "500",
          },
        });
        prometheus = await Promise.all(
          scrapers.map((scraper) =>
            startPrometheus({
              binary: scraper,
              jobs: [{ job: "executor", target: `127.0.0.1:${daemon.port}` }],
            }),
          ),
        );
        await makeTraffic(daemon);
      });
      afterAll(async () => {
        await Promise.all(prometheus.map((scraper) => scraper.stop()));
        await daemon.stop();
        await server.stop();
      });

      /** Waits until two are told apart by what moves of itself only, and compares the rest. */
      const expectAgreement = async (
        read: () => Promise<ReadonlyMap<string, StoredSeries>>,
      ): Promise<void> => {
        let scraped: ReadonlyMap<string, StoredSeries> = new Map();
        let pushed: ReadonlyMap<string, StoredSeries> = new Map();
        const sameNames = async () => {
          [scraped, pushed] = await Promise.all([read(), server.stored()]);
          return (
            scraped.size > 300 &&
            [...scraped.keys()].every((series) => pushed.has(series)) &&
            pushed.size === scraped.size
          );
        };
        await until("the same series are pushed and scraped", sameNames).catch(() => {});
        expect([...pushed.keys()].toSorted()).toEqual([...scraped.keys()].toSorted());
        expect(settled(pushed)).toEqual(settled(scraped));
        expect(settled(pushed).length).toBeGreaterThan(100);
      };

      it("have the names, labels and values of a scrape", () =>
        expectAgreement(async () => {
          const { text } = await daemon.request("GET", "/api/metrics");
          return new Map(
            readSamples(text).map(({ name, labels, value }) => {
              const series = { name, labels: labelText(labels), value };
              return [`${name}{${series.labels}}`, series];
            }),
          );
        }));

      it.skipIf(scrapers.length === 0)(
        "are in Prometheus under the same names, labels and values",
        async () => {
          for (const scraper of prometheus) {
            await expectAgreement(async () =>
              toStored(await scraper.query('{job="executor",__name__!~"up|scrape_.*"}')),
            );
          }
        },
      );

      it("make nobody complain", () => {
        expect(server.complaints()).toEqual([]);
        expect(daemon.log()).not.toMatch(/level=(WARN|ERROR|FATAL)/);
        expect(daemon.log()).toContain(`Metrics are pushed to ${server.pushUrl} every 0.5 s`);
      });
    });
  }
});

const makeTraffic = async (daemon: Daemon): Promise<void> => {
  const client = apiClient(daemon);
  await client.addSource({ namespace: "pets", kind: "openapi", document: petsDocument("list") });
  await client.execute("return 1");
  await client.execute("throw new Error('broken')");
  await client.execute("return await tools.pets.list({})");
  await client.execute("return await tools.search({ query: 'pets' })");
  await daemon.request("GET", "/api/tools/nothing.there");
  await daemon.request("GET", "/api/metrics");
  await daemon.request("GET", "/nowhere");
};

/** VictoriaMetrics stores about twelve decimal digits of a value. */
const rounded = (value: number): number => Number(value.toPrecision(10));

const settled = (series: ReadonlyMap<string, StoredSeries>) =>
  [...series]
    .filter(([, { name }]) => !restless.test(name))
    .map(([identity, { value }]) => [identity, rounded(value)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));

const toStored = (series: ReadonlyArray<QuerySeries>): ReadonlyMap<string, StoredSeries> =>
  new Map(
    series.map(({ metric: { __name__: name = "", job: _, instance: __, ...labels }, value }) => {
      const stored = { name, labels: labelText(labels), value: Number(value[1]) };
      return [`${name}{${stored.labels}}`, stored];
    }),
  );
