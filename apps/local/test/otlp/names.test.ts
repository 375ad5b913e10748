import { describe, expect, it } from "@effect/vitest";
import { catalogue, snapshot } from "@executor/telemetry";
import { createServerHandlers } from "../../src/server/handlers.ts";
import { groupByMetric } from "../../src/server/otlp/collect.ts";
import { lastSuccess } from "../../src/server/otlp/metrics.ts";

/**
 * `OtlpMetrics.layer` fails on two metrics of one name and different types, and then sends nothing ever again. It derives three
 * names from a summary's.
 */
describe("the names of the daemon's metrics", () => {
  const names = [...catalogue()].map(({ definition }) => definition.name);

  it("are each there once, derived ones included", () => {
    // What the modules define is in the catalogue once they are loaded.
    expect([createServerHandlers, lastSuccess]).not.toContain(undefined);
    expect(names.length).toBeGreaterThan(20);
    expect(new Set(names).size).toBe(names.length);
    const derived = names.flatMap((name) =>
      ["_count", "_sum", "_quantiles"].map((suffix) => name + suffix),
    );
    expect(names.filter((name) => derived.includes(name))).toEqual([]);
  });

  it("are none of those that Effect itself records under", () => {
    const groups = [...groupByMetric(snapshot(), options)].flatMap((step) => step ?? []);
    const foreign = groups.filter(({ declared }) => !declared).map(({ header }) => header.name);
    expect(foreign.filter((name) => names.includes(name))).toEqual([]);
    expect(new Set(groups.map(({ header }) => header.name)).size).toBe(groups.length);
  });
});

const definitions = new Map(
  [...catalogue()].map(({ definition }) => [definition.name, definition]),
);
const options = {
  temporality: "cumulative",
  definition: (name: string) => definitions.get(name),
} as const;
