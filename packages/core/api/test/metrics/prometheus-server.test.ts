import { describe, expect, it } from "@effect/vitest";
import { snapshot } from "@executor/telemetry";
import { findPrometheus, startPrometheus } from "../../../../../e2e/support/prometheus.ts";
import { prometheusContentType } from "../../src/metrics/content-types.ts";
import { renderPrometheus } from "../../src/metrics/prometheus.ts";
import { nastyRegistry } from "./nasty.ts";

const servers = findPrometheus();

describe("a real Prometheus", () => {
  it.skipIf(servers.length > 0)("is left out: set EXECUTOR_PROMETHEUS to a server's path", () => {
    expect(servers).toEqual([]);
  });

  for (const binary of servers) {
    it(
      `stores every sample of a registry full of conflicts (${binary})`,
      { timeout: 30_000 },
      async () => {
        const body = renderPrometheus([...nastyRegistry().snapshot(), ...snapshot()]);
        const samples = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
        const target = Bun.serve({
          hostname: "127.0.0.1",
          port: 0,
          fetch: () => new Response(body, { headers: { "content-type": prometheusContentType } }),
        });
        const prometheus = await startPrometheus({
          binary,
          jobs: [{ job: "nasty", target: `127.0.0.1:${target.port}`, path: "/" }],
          interval: "200ms",
        });
        try {
          await prometheus.waitFor("scrape_samples_scraped > 0");
          expect(await prometheus.targets()).toEqual([
            { job: "nasty", health: "up", lastError: "" },
          ]);
          const value = async (promql: string) =>
            Number((await prometheus.query(promql))[0]?.value[1]);
          expect(await value("up")).toBe(1);
          expect(await value("scrape_samples_scraped")).toBe(samples.length);
          const own = 'count({job="nasty",__name__!~"up|scrape_.*"})';
          expect(await value(own)).toBe(samples.length);
          expect(await value('jobs_done_total{a_b="1;2"}')).toBe(3);
          expect(await value('wait_bucket{exported_le="",le="1e+06"}')).toBe(3);
          expect(prometheus.complaints()).toEqual([]);
        } finally {
          await prometheus.stop();
          await target.stop(true);
        }
      },
    );
  }
});
