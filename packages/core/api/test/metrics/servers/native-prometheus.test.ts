import { describe, expect, it } from "@effect/vitest";
import { durationSeconds, histogram } from "@executor/telemetry";
import { Effect, Tracer } from "effect";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import { recordingTracer } from "@executor/testing/tracer";
import { contentTypeOf } from "../../../src/metrics/scrape/negotiate.ts";
import { Exposition } from "../../../src/metrics/scrape/exposition.ts";
import { renderPrometheus } from "../../../src/metrics/prometheus.ts";
import { protobuf } from "../../../src/metrics/protobuf/format.ts";
import { nastyRegistry } from "../nasty.ts";
import { recorded } from "../rendering.ts";

const servers = findPrometheus();
const traceId = "0af7651916cd43dd8448eb211c80319c";

describe("a real Prometheus that prefers protobuf", () => {
  it.skipIf(servers.length > 0)("is left out: set EXECUTOR_PROMETHEUS to a server's path", () => {
    expect(servers).toEqual([]);
  });

  for (const binary of servers) {
    it(
      `stores native histograms, exemplars and all else (${binary})`,
      { timeout: 30_000 },
      async () => {
        const name = `test.native.${servers.indexOf(binary)}`;
        const wait = histogram({
          name: `${name}.duration`,
          description: "For a test.",
          unit: "s",
          labels: [],
          boundaries: durationSeconds,
        });
        const change = histogram({
          name: `${name}.change`,
          description: "For a test.",
          unit: "",
          labels: [],
          boundaries: durationSeconds,
        });
        const observations = 4_000;
        const quantile = (share: number): number => 0.001 * 10_000 ** share;
        for (let rank = 0; rank < observations; rank += 1) {
          wait.record(quantile((rank + 0.5) / observations), {});
          change.record(rank / observations - 0.5, {});
        }
        Effect.sync(() => wait.record(1_000, {})).pipe(
          Effect.withParentSpan(Tracer.externalSpan({ traceId, spanId: "b7ad6b7169203331" })),
          Effect.withTracer(recordingTracer().tracer),
          Effect.runSync,
        );
        const own = recorded(`${name}.`);
        const nasty = nastyRegistry();
        const readNasty = nasty.reading();
        const exposition = new Exposition({
          reading: {
            *steps() {
              return [...(yield* readNasty.steps()), ...own];
            },
          },
        });
        const classicSamples = renderPrometheus(nasty.snapshot())
          .split("\n")
          .filter((line) => line !== "" && !line.startsWith("#")).length;
        const accepted: Array<string | null> = [];
        const target = Bun.serve({
          hostname: "127.0.0.1",
          port: 0,
          fetch: async (request) => {
            accepted.push(request.headers.get("accept"));
            const { blocks } = await Effect.runPromise(exposition.render(protobuf));
            return new Response(Buffer.concat(blocks.map(({ bytes }) => bytes)), {
              headers: { "content-type": contentTypeOf(protobuf) },
            });
          },
        });
        const prometheus = await startPrometheus({
          binary,
          jobs: [{ job: "native", target: `127.0.0.1:${target.port}`, path: "/" }],
          interval: "200ms",
          args: ["--enable-feature=native-histograms,exemplar-storage"],
        });
        try {
          await prometheus.waitFor("scrape_samples_scraped > 0");
          expect(await prometheus.targets()).toEqual([
            { job: "native", health: "up", lastError: "" },
          ]);
          expect(accepted[0]).toMatch(/^application\/vnd\.google\.protobuf;/);
          const value = async (promql: string) =>
            Number((await prometheus.query(promql))[0]?.value[1]);
          const prefix = name.replaceAll(".", "_");
          expect(await value("up")).toBe(1);
          // Each native histogram is one series.
          expect(await value("scrape_samples_scraped")).toBe(classicSamples + 2);
          expect(await value('count({job="native",__name__!~"up|scrape_.*"})')).toBe(
            classicSamples + 2,
          );
          expect(await value('wait_bucket{exported_le="",le="1e+06"}')).toBe(3);
          expect(await value(`histogram_count(${prefix}_duration_seconds)`)).toBe(observations + 1);
          for (const share of [0.01, 0.25, 0.5, 0.9, 0.99]) {
            const read = await value(`histogram_quantile(${share}, ${prefix}_duration_seconds)`);
            expect(read / quantile(share)).toBeGreaterThan(0.95);
            expect(read / quantile(share)).toBeLessThan(1.05);
            const signed = await value(`histogram_quantile(${share}, ${prefix}_change)`);
            expect(Math.abs(signed - (share - 0.5))).toBeLessThan(0.03);
          }
          const exemplars = await fetch(
            `${prometheus.url}/api/v1/query_exemplars?query=${prefix}_duration_seconds&start=0&end=9999999999`,
          );
          expect(await exemplars.text()).toContain(traceId);
          expect(prometheus.complaints()).toEqual([]);
        } finally {
          await prometheus.stop();
          await target.stop(true);
        }
      },
    );
  }
});
