import { describe, expect, it } from "@effect/vitest";
import { findDefinition, snapshot } from "@executor/telemetry";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import { contentTypeOf } from "../../../src/metrics/scrape/negotiate.ts";
import type { ExpositionFormat } from "../../../src/metrics/format.ts";
import { openMetricsText } from "../../../src/metrics/openmetrics/format.ts";
import { prometheusText, prometheusText100 } from "../../../src/metrics/prometheus.ts";
import { nastyRegistry } from "../nasty.ts";
import { writeAs } from "../rendering.ts";

const servers = findPrometheus();

const formats: ReadonlyArray<
  readonly [job: string, format: ExpositionFormat, contentType: string]
> = [
  ["text-0.0.4", prometheusText, contentTypeOf(prometheusText)],
  ["text-1.0.0", prometheusText100, contentTypeOf(prometheusText100, "allow-utf-8")],
  ["openmetrics", openMetricsText, contentTypeOf(openMetricsText)],
  ["openmetrics-escaping", openMetricsText, contentTypeOf(openMetricsText, "allow-utf-8")],
];

/** A target for each format, all of them with the same metrics. */
const startTargets = () => {
  const pairs = [...nastyRegistry().snapshot(), ...snapshot()];
  return formats.map(([job, format, contentType]) => {
    const body = writeAs(format, pairs, findDefinition);
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response(body, { headers: { "content-type": contentType } }),
    });
    const samples = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return { job, server, samples: samples.length };
  });
};

describe("a real Prometheus", () => {
  it.skipIf(servers.length > 0)("is left out: set EXECUTOR_PROMETHEUS to a server's path", () => {
    expect(servers).toEqual([]);
  });

  for (const binary of servers) {
    it(
      `stores every sample of a registry full of conflicts in every format (${binary})`,
      { timeout: 30_000 },
      async () => {
        const targets = startTargets();
        const prometheus = await startPrometheus({
          binary,
          jobs: targets.map(({ job, server }) => ({
            job,
            target: `127.0.0.1:${server.port}`,
            path: "/",
          })),
          interval: "200ms",
        });
        const value = async (promql: string) =>
          Number((await prometheus.query(promql))[0]?.value[1]);
        try {
          await prometheus.waitFor(`count(scrape_samples_scraped > 0) == ${targets.length}`);
          for (const { job, samples } of targets) {
            expect(await value(`up{job="${job}"}`)).toBe(1);
            expect(await value(`scrape_samples_scraped{job="${job}"}`)).toBe(samples);
            const own = `count({job="${job}",__name__!~"up|scrape_.*"})`;
            expect(await value(own)).toBe(samples);
            expect(await value(`jobs_done_total{job="${job}",a_b="1;2"}`)).toBe(3);
            const bucket = `wait_bucket{job="${job}",exported_le="",le="1e+06"}`;
            expect(await value(bucket)).toBe(3);
          }
          expect(await prometheus.targets()).toEqual(
            expect.arrayContaining(
              targets.map(({ job }) => ({ job, health: "up", lastError: "" })),
            ),
          );
          expect(prometheus.complaints()).toEqual([]);
        } finally {
          await prometheus.stop();
          for (const { server } of targets) await server.stop(true);
        }
      },
    );
  }
});
