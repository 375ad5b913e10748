import { describe, expect, it } from "@effect/vitest";
import * as Storage from "@executor/storage/bun";
import {
  counter,
  durationSeconds,
  gauge,
  histogram,
  Organization,
  organizationMetrics,
} from "@executor/telemetry";
import type { MetricsOwner } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import { Effect } from "effect";
import * as fc from "fast-check";
import { fleetReports } from "../src/fleet/reports.ts";
import { addReport, toSeries, totalsOf } from "../src/fleet/totals.ts";
import type { Total } from "../src/fleet/totals.ts";
import { inOrganization } from "../src/organization/in-organization.ts";

const described = { description: "For a test.", unit: "{thing}" };
const calls = counter({
  name: "test.fleet.calls",
  ...described,
  labels: ["mcp.tool.name", "executor.source", "outcome"],
});
const times = histogram({
  name: "test.fleet.times",
  description: "For a test.",
  unit: "s",
  labels: ["server.address"],
  boundaries: durationSeconds,
});
const level = gauge({ name: "test.fleet.level", ...described, labels: [] });

const counted = (count: number, outcome = "ok"): Total => ({
  name: "test.fleet.calls",
  labels: { outcome },
  state: { type: "counter", value: count },
});

const totalsIn = (owner: MetricsOwner): ReadonlyArray<Total> =>
  totalsOf(new RegistryReading({ registries: [owner.registry], observe: () => {} }).read());

describe("totals of an organization", () => {
  it("add up over names that the organization chose, and hold none of them", () => {
    const owner = organizationMetrics(100);
    inOrganization(owner, () => {
      calls.add(1, { "mcp.tool.name": "acme.a", "executor.source": "acme", outcome: "ok" });
      calls.add(2, { "mcp.tool.name": "acme.b", "executor.source": "acme", outcome: "ok" });
      calls.add(4, { "mcp.tool.name": "acme.b", "executor.source": "acme", outcome: "timeout" });
      times.record(0.015, { "server.address": "api.acme.example" });
      times.record(40, { "server.address": "api.acme.test" });
      level.set(7, {});
    });
    const totals = totalsIn(owner);
    expect(totals).toEqual([
      counted(3),
      counted(4, "timeout"),
      {
        name: "test.fleet.times",
        labels: {},
        state: {
          type: "histogram",
          bounds: durationSeconds.values.slice(0, -1),
          counts: durationSeconds.values.map((bound) => (bound < 0.015 ? 0 : bound < 40 ? 1 : 2)),
          sum: 40.015,
        },
      },
    ]);
    expect(JSON.stringify(totals)).not.toContain("acme");
  });

  it("are series again, with the organization where one is given", () => {
    expect(toSeries(counted(3), "org1")).toMatchObject([
      {
        metric: { name: "test.fleet.calls", type: "counter", declared: true },
        labels: [
          { key: "executor.organization", value: "org1" },
          { key: "outcome", value: "ok" },
        ],
        value: 3,
      },
    ]);
    expect(toSeries({ ...counted(3), name: "test.fleet.unknown" })).toEqual([]);
  });
});

describe("the sum of reports", () => {
  it("is the sum of the last reports, whatever came twice or was lost", () => {
    const reports = fc.array(
      fc.record({
        organization: fc.constantFrom("a", "b", "c"),
        more: fc.nat({ max: 100 }),
        times: fc.nat({ max: 2 }),
      }),
    );
    fc.assert(
      fc.property(reports, (given) => {
        const counts = new Map<string, number>();
        const last = new Map<string, ReadonlyArray<Total>>();
        let sums: ReadonlyArray<Total> = [];
        for (const { organization, more, times: copies } of given) {
          counts.set(organization, (counts.get(organization) ?? 0) + more);
          for (let copy = 0; copy < copies; copy += 1) {
            const report = [counted(counts.get(organization) ?? 0)];
            sums = addReport(sums, report, last.get(organization) ?? []);
            last.set(organization, report);
          }
        }
        const expected = [...last.values()].flat();
        const sum = expected.reduce(
          (total, { state }) => total + (state.type === "counter" ? state.value : 0),
          0,
        );
        expect(sums).toEqual(expected.length === 0 ? [] : [counted(sum)]);
      }),
    );
  });

  it("does not fall where an organization began anew", () => {
    const first = addReport([], [counted(10)], []);
    expect(addReport(first, [counted(3)], [counted(10)])).toEqual([counted(13)]);
  });

  it.effect("is not shown under the id of an object", () => {
    const id = "0f".repeat(32);
    return Effect.gen(function* () {
      const reports = yield* fleetReports;
      for (const organization of [id, "acme", "f0".repeat(31)]) {
        const report = JSON.stringify({ organization, totals: [counted(1)] });
        yield* reports.take(report, 1);
      }
      const shown = yield* (yield* fleetReports).organizations(9);
      expect(shown.map(({ organization }) => organization)).toEqual(["acme", "f0".repeat(31)]);
    }).pipe(
      Effect.provide(Storage.layerMemory),
      Effect.provideService(Organization, organizationMetrics(10)),
    );
  });

  it.effect("is stored with the report in one transaction, and goes on from there", () => {
    const report = (organization: string, count: number) =>
      JSON.stringify({ organization, totals: [counted(count)] });
    return Effect.gen(function* () {
      const reports = yield* fleetReports;
      yield* reports.take(report("acme", 5), 1);
      yield* reports.take(report("globex", 7), 2);
      yield* reports.take(report("acme", 6), 3);
      expect(reports.sums()).toEqual([counted(13)]);
      expect(yield* reports.organizations(1)).toEqual([
        { organization: "acme", totals: [counted(6)] },
      ]);
      const restarted = yield* fleetReports;
      expect(restarted.sums()).toEqual([counted(13)]);
      const refused = yield* Effect.either(restarted.take('{"organization":"acme"}', 4));
      expect(refused._tag).toBe("Left");
      yield* restarted.take(report("globex", 8), 5);
      expect(restarted.sums()).toEqual([counted(14)]);
      expect(yield* restarted.organizations(9)).toHaveLength(2);
    }).pipe(
      Effect.provide(Storage.layerMemory),
      Effect.provideService(Organization, organizationMetrics(10)),
    );
  });
});
