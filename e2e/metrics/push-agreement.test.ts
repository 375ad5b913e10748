import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { expectAgreement, makeTraffic, scrapeOf, toStored } from "../support/metrics/agreement.ts";
import { startOtlpVictoriaMetrics } from "../support/metrics/otlp-victoria-metrics.ts";
import type { OtlpVictoriaMetrics } from "../support/metrics/otlp-victoria-metrics.ts";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import type { RunningPrometheus } from "@executor/testing/prometheus";
import { findVictoriaMetrics } from "@executor/testing/victoria-metrics";

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

      it("have the names, labels and values of a scrape", () =>
        expectAgreement(() => scrapeOf(daemon), server.stored));

      it.skipIf(scrapers.length === 0)(
        "are in Prometheus under the same names, labels and values",
        async () => {
          for (const scraper of prometheus) {
            await expectAgreement(
              async () =>
                toStored(await scraper.query('{job="executor",__name__!~"up|scrape_.*"}')),
              server.stored,
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
