import { describe, expect, it } from "@effect/vitest";
import { catalogue, snapshot } from "@executor/telemetry";
import { createServerHandlers } from "../../src/server/handlers.ts";
import { lastSuccess } from "@executor/otlp/metrics";

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

  it("are each recorded with one type", () => {
    const types = new Map<string, Set<string>>();
    for (const { metricKey } of snapshot()) {
      const { name, keyType } = metricKey;
      types.set(name, (types.get(name) ?? new Set()).add(keyType.constructor.name));
    }
    expect([...types].filter(([, kinds]) => kinds.size > 1)).toEqual([]);
  });
});
