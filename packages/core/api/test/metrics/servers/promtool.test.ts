import { describe, expect, it } from "@effect/vitest";
import { processMetricsLayer, snapshot } from "@executor/telemetry";
import { Effect, Fiber, Layer, Scope } from "effect";
import { checkMetrics, findPromtool } from "@executor/testing/prometheus";
import { conflictReasons } from "../../../src/metrics/families/family.ts";
import { recordScrape } from "../../../src/metrics/scrape/scrapes.ts";
import { renderPrometheus } from "../../../src/metrics/prometheus.ts";

const tools = findPromtool();

describe("promtool check metrics", () => {
  it.skipIf(tools.length > 0)("is left out: set EXECUTOR_PROMTOOL to promtool's path", () => {
    expect(tools).toEqual([]);
  });

  for (const tool of tools) {
    it.scoped(`finds nothing in Effect's metrics and the process's own (${tool})`, () =>
      Effect.gen(function* () {
        const scope = yield* Scope.Scope;
        yield* Layer.buildWithScope(
          processMetricsLayer({ version: "0.0.0", commit: "abc", runtime: "bun" }),
          scope,
        );
        yield* Effect.forkDaemon(Effect.fail("expected")).pipe(Effect.flatMap(Fiber.await));
        const conflicts = new Map(conflictReasons.map((reason) => [reason, 1]));
        recordScrape(0.001, { bytes: 1_000, conflicts });
        const body = renderPrometheus(snapshot());
        for (const name of ["effect_fiber_lifetimes_seconds_count", "process_uptime_seconds "]) {
          expect(body).toContain(name);
        }
        expect(yield* Effect.promise(() => checkMetrics(tool, body))).toBe("");
      }),
    );
  }
});
