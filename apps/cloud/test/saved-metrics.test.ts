import { describe, expect, it } from "@effect/vitest";
import { SqlClient } from "@effect/sql";
import * as Storage from "@executor/storage/bun";
import {
  counter,
  durationSeconds,
  gauge,
  histogram,
  Organization,
  organizationMetrics,
  restoreSeries,
} from "@executor/telemetry";
import type { MetricsOwner, SavedSeries } from "@executor/telemetry";
import { atOnce, RegistryReading } from "@executor/telemetry/reading";
import type { Series } from "@executor/telemetry/reading";
import { Effect, Exit, MetricState } from "effect";
import * as fc from "fast-check";
import { inOrganization } from "../src/organization/in-organization.ts";
import { ChangedSeries, savedMetrics } from "../src/organization/saved-metrics.ts";

const described = { description: "For a test.", unit: "{thing}" };
const things = counter({ name: "test.organization.things", ...described, labels: ["a"] });
const level = gauge({ name: "test.organization.level", ...described, labels: [] });
const times = histogram({
  name: "test.organization.times",
  description: "For a test.",
  unit: "s",
  labels: ["a"],
  boundaries: durationSeconds,
});
const names = { things: "test.organization.things", times: "test.organization.times" };

const seriesIn = (owner: MetricsOwner, name: string): ReadonlyArray<Series> =>
  new RegistryReading({ registries: [owner.registry], observe: () => {} })
    .read()
    .filter(({ metric }) => metric.name === name);

const numbers = (owner: MetricsOwner, name: string): Record<string, number> =>
  Object.fromEntries(
    seriesIn(owner, name).map((series) => [
      series.labels.map(({ key, value }) => `${key}=${value}`).join(),
      series.type === "number" ? Number(series.value) : series.count,
    ]),
  );

const calls = counter({ name: "test.saved", description: "Calls.", unit: "{call}", labels: [] });

const stored = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`SELECT name, state FROM metrics WHERE name = 'test.saved'`,
);

describe("savedMetrics", () => {
  it.effect("stores with the next write what a failed one did not", () => {
    const owner = organizationMetrics(10);
    const run = Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient;
      const { write } = yield* savedMetrics(owner);
      calls.add(2, {});
      yield* sql`ALTER TABLE metrics RENAME TO elsewhere`;
      expect(Exit.isFailure(yield* Effect.exit(write))).toBe(true);
      yield* sql`ALTER TABLE elsewhere RENAME TO metrics`;
      yield* write;
      expect(yield* stored).toEqual([
        { name: "test.saved", state: JSON.stringify({ type: "counter", value: 2 }) },
      ]);
    }).pipe(Effect.provideService(Organization, owner), Effect.provide(Storage.layerMemory));
    return inOrganization(owner, () => run);
  });
});

describe("an organization's saved series", () => {
  const saved = (owner: MetricsOwner): ReadonlyArray<SavedSeries> => {
    const read = atOnce(new ChangedSeries(owner).steps());
    const text: ReadonlyArray<SavedSeries> = JSON.parse(JSON.stringify(read));
    return text;
  };

  const seriesOf = (owner: MetricsOwner, name: string): Series => {
    const [series] = seriesIn(owner, name);
    if (series === undefined) throw new Error(`There is no ${name}.`);
    return series;
  };

  const nativeOf = (series: Series) => (series.type === "histogram" ? series.native : undefined);

  it("continue as if nothing had been between", () => {
    const observations = fc.array(fc.double({ min: -10, max: 400, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(observations, observations, (before, after) => {
        const [whole, first, second] = [1, 2, 3].map(() => organizationMetrics(100));
        if (whole === undefined || first === undefined || second === undefined) return;
        const record = (all: ReadonlyArray<number>) => () => {
          for (const number of all) {
            // JSON has no -0.
            const value = number + 0;
            times.record(value, { a: "x" });
            things.add(Math.abs(value), { a: "x" });
          }
        };
        inOrganization(first, record(before));
        inOrganization(second, () => restoreSeries(saved(first)));
        inOrganization(second, record(after));
        inOrganization(whole, record([...before, ...after]));
        const [restored, expected] = [second, whole].map((owner) => ({
          counts: numbers(owner, names.times),
          states: owner.registry
            .snapshot()
            .map(({ metricState }) =>
              MetricState.isHistogramState(metricState)
                ? { ...metricState, sum: Math.round(metricState.sum * 1e6) }
                : undefined,
            ),
          native: nativeOf(seriesOf(owner, names.times)),
        }));
        expect(restored).toEqual(expected);
        const [restoredThings, expectedThings] = [second, whole].map(
          (owner) => numbers(owner, names.things)["a=x"] ?? 0,
        );
        expect(restoredThings).toBeCloseTo(expectedThings ?? Number.NaN, 6);
      }),
      { numRuns: 50 },
    );
  });

  it("keep when they were first recorded, and their overflow", () => {
    const [first, second] = [organizationMetrics(1), organizationMetrics(1)];
    inOrganization(first, () => {
      things.add(1, { a: "1" });
      things.add(2, { a: "2" });
    });
    const series = saved(first).map((one) => ({ ...one, createdAt: 12 }));
    inOrganization(second, () => restoreSeries(series));
    expect(seriesOf(second, names.things).createdAt).toBe(12);
    expect(numbers(second, names.things)).toEqual({ "a=1": 1, "otel.metric.overflow=true": 2 });
  });

  it("are read again only where they have changed, and gauges never", () => {
    const owner = organizationMetrics(100);
    const changed = new ChangedSeries(owner);
    inOrganization(owner, () => {
      things.add(1, { a: "x" });
      times.record(1, { a: "x" });
      level.set(1, {});
    });
    expect(atOnce(changed.steps()).map(({ name }) => name)).toEqual([names.things, names.times]);
    expect(atOnce(changed.steps())).toEqual([]);
    inOrganization(owner, () => times.record(2, { a: "x" }));
    expect(atOnce(changed.steps()).map(({ name }) => name)).toEqual([names.times]);
  });
});
