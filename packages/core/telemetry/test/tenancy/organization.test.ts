import { describe, expect, it } from "@effect/vitest";
import { Effect, MetricState } from "effect";
import * as fc from "fast-check";
import {
  counter,
  durationSeconds,
  gauge,
  histogram,
  observe,
  observeBeforeSnapshot,
  Organization,
  organizationMetrics,
  perOrganization,
  restoreSeries,
  separateOrganizations,
} from "../../src/index.ts";
import type { MetricsOwner } from "../../src/index.ts";
import { values } from "../recorded.ts";

let outsideFibers: MetricsOwner | undefined;
separateOrganizations(() => outsideFibers);

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

const on = (owner: MetricsOwner, record: () => void): void =>
  Effect.runSync(Effect.provideService(Effect.sync(record), Organization, owner));

const numbers = (owner: MetricsOwner, name: string): Record<string, number> =>
  Object.fromEntries(
    owner.registry
      .snapshot()
      .filter(({ metricKey }) => metricKey.name === name)
      .map(({ metricKey, metricState }) => [
        metricKey.tags.map(({ key, value }) => `${key}=${value}`).join(),
        MetricState.isCounterState(metricState)
          ? Number(metricState.count)
          : MetricState.isGaugeState(metricState)
            ? Number(metricState.value)
            : MetricState.isHistogramState(metricState)
              ? metricState.count
              : Number.NaN,
      ]),
  );

const names = { things: "test.organization.things", times: "test.organization.times" };

describe("organizations", () => {
  it("have only what was recorded in their own fibers", () => {
    const [one, two] = [organizationMetrics(100), organizationMetrics(100)];
    on(one, () => things.add(1, { a: "x" }));
    on(two, () => things.add(5, { a: "x" }));
    on(two, () => level.set(3, {}));
    things.add(9, { a: "nobody's" });
    expect(numbers(one, names.things)).toEqual({ "a=x": 1 });
    expect(numbers(two, names.things)).toEqual({ "a=x": 5 });
    expect(numbers(one, "test.organization.level")).toEqual({});
    expect(values(names.things)).toEqual({ "a=nobody's": 9 });
  });

  it("have what was recorded outside of fibers where the process says whose it is", () => {
    const [one, two] = [organizationMetrics(100), organizationMetrics(100)];
    outsideFibers = one;
    things.add(1, { a: "timer" });
    on(two, () => things.add(1, { a: "fiber" }));
    outsideFibers = undefined;
    expect(numbers(one, names.things)).toEqual({ "a=timer": 1 });
    expect(numbers(two, names.things)).toEqual({ "a=fiber": 1 });
  });

  it("add up to nothing but their own, however recordings interleave", () => {
    const recordings = fc.array(
      fc.record({
        owner: fc.integer({ min: 0, max: 2 }),
        label: fc.constantFrom("x", "y", "z"),
        amount: fc.integer({ min: 0, max: 5 }),
      }),
    );
    fc.assert(
      fc.property(recordings, (all) => {
        const owners = [0, 1, 2].map(() => organizationMetrics(100));
        for (const { amount, label, owner } of all) {
          const of = owners[owner];
          if (of !== undefined) on(of, () => things.add(amount, { a: label }));
        }
        for (const [index, owner] of owners.entries()) {
          const expected: Record<string, number> = {};
          for (const { amount, label } of all.filter((one) => one.owner === index)) {
            expected[`a=${label}`] = (expected[`a=${label}`] ?? 0) + amount;
          }
          expect(numbers(owner, names.things)).toEqual(expected);
        }
      }),
    );
  });

  it("share no budget, and each has one for all its metrics", () => {
    const [one, two] = [organizationMetrics(3), organizationMetrics(3)];
    on(one, () => {
      for (const a of ["1", "2"]) things.add(1, { a });
      for (const a of ["1", "2", "3"]) times.record(1, { a });
    });
    on(two, () => things.add(1, { a: "1" }));
    expect(numbers(one, names.things)).toEqual({ "a=1": 1, "a=2": 1 });
    expect(numbers(one, names.times)).toEqual({ "a=1": 1, "otel.metric.overflow=true": 2 });
    expect(numbers(one, "executor.metrics.overflow")).toEqual({ [`metric=${names.times}`]: 2 });
    expect(numbers(two, names.things)).toEqual({ "a=1": 1 });
    expect(numbers(two, "executor.metrics.overflow")).toEqual({});
  });

  it("are observed on their own behalf only", () => {
    const [one, two] = [organizationMetrics(100), organizationMetrics(100)];
    on(one, () => {
      observeBeforeSnapshot(() => level.set(7, {}));
    });
    on(two, observe);
    expect(numbers(two, "test.organization.level")).toEqual({});
    on(one, observe);
    expect(numbers(one, "test.organization.level")).toEqual({ "": 7 });
    expect(numbers(two, "test.organization.level")).toEqual({});
  });

  it("have state of their own", () => {
    const [one, two] = [organizationMetrics(100), organizationMetrics(100)];
    const state = perOrganization(() => new Set<string>());
    on(one, () => state().add("one"));
    on(two, () => expect([...state()]).toEqual([]));
    on(one, () => expect([...state()]).toEqual(["one"]));
  });
});

describe("an organization's saved series", () => {
  it("leave out series that no instrument declares, or declares otherwise", () => {
    const owner = organizationMetrics(100);
    const counted = { type: "counter", value: 1 } as const;
    on(owner, () =>
      restoreSeries([
        { name: "test.organization.gone", labels: {}, createdAt: 1, state: counted },
        { name: names.things, labels: { other: "x" }, createdAt: 1, state: counted },
      ]),
    );
    expect(owner.registry.snapshot()).toEqual([]);
  });
});
