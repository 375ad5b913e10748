import { afterEach, describe, expect, it } from "@effect/vitest";
import { counter, limitLabelSets } from "../../src/index.ts";
import { values } from "../recorded.ts";

const described = { description: "For a test.", unit: "{thing}", labels: ["a"] as const };
const unlimited = { total: Number.POSITIVE_INFINITY, perMetric: new Map<string, number>() };

/** Label sets that the metrics of this process hold, those about metrics apart. */
const held = () =>
  Object.entries(values("executor.metrics.series"))
    .filter(([labels]) => !labels.startsWith("metric=executor.metrics."))
    .reduce((sum, [, sets]) => sum + sets, 0);

describe("the operator's label budgets", () => {
  afterEach(() => limitLabelSets(unlimited));

  it("replace what an instrument declares", () => {
    const name = "test.budgets.chosen";
    const things = counter({ name, ...described, maxLabelSets: 5 });
    limitLabelSets({ ...unlimited, perMetric: new Map([[name, 2]]) });
    for (const a of ["1", "2", "3"]) things.add(1, { a });
    expect(values(name)).toEqual({ "a=1": 1, "a=2": 1, "otel.metric.overflow=true": 1 });
    expect(values("executor.metrics.series.limit")[`metric=${name}`]).toBe(2);
  });

  it("bound all metrics together, and keep the sums exact", () => {
    const first = counter({ name: "test.budgets.first", ...described });
    const second = counter({ name: "test.budgets.second", ...described });
    limitLabelSets({ ...unlimited, total: held() + 3 });
    for (const a of ["1", "2"]) first.add(1, { a });
    for (const a of ["1", "2", "3", "1"]) second.add(1, { a });
    expect(values("test.budgets.first")).toEqual({ "a=1": 1, "a=2": 1 });
    expect(values("test.budgets.second")).toEqual({ "a=1": 2, "otel.metric.overflow=true": 2 });
    expect(values("executor.metrics.overflow")["metric=test.budgets.second"]).toBe(2);
  });

  it("show the total, where there is one", () => {
    expect(values("executor.metrics.budget")).toEqual({});
    limitLabelSets({ ...unlimited, total: 1_000 });
    expect(values("executor.metrics.budget")).toEqual({ "": 1_000 });
  });

  it("leave room for the metrics about metrics", () => {
    limitLabelSets({ ...unlimited, total: 0 });
    const name = "test.budgets.none";
    counter({ name, ...described }).add(1, { a: "1" });
    expect(values(name)).toEqual({ "otel.metric.overflow=true": 1 });
    expect(values("executor.metrics.overflow")[`metric=${name}`]).toBe(1);
  });
});
