import { describe, expect, it } from "@effect/vitest";
import { counter, gauge, observeBeforeSnapshot, snapshot } from "../../src/index.ts";
import { values } from "../recorded.ts";

describe("observeBeforeSnapshot", () => {
  it("runs before every snapshot until it is removed", () => {
    const name = "test.observed";
    const seen = gauge({ name, description: "For a test.", unit: "{thing}", labels: [] });
    let runs = 0;
    const remove = observeBeforeSnapshot(() => {
      runs += 1;
      seen.set(runs, {});
    });
    expect(values(name)).toEqual({ "": 1 });
    expect(values(name)).toEqual({ "": 2 });
    remove();
    snapshot();
    expect(runs).toBe(2);
  });
});

describe("executor.metrics.series", () => {
  it("shows the label sets and the limit of each metric that has used a tenth of it, and the others as one", () => {
    const name = "test.self.budget";
    let limit = 20;
    const things = counter({
      name,
      description: "For a test.",
      unit: "{thing}",
      labels: ["a"],
      maxLabelSets: () => limit,
    });
    const sets = (metric: string) => values("executor.metrics.series")[`metric=${metric}`];
    const limits = () => values("executor.metrics.series.limit")[`metric=${name}`];
    const others = sets("_OTHER") ?? Number.NaN;
    things.add(1, { a: "1" });
    expect([sets(name), limits(), sets("_OTHER")]).toEqual([undefined, undefined, others + 1]);
    things.add(1, { a: "2" });
    expect([sets(name), limits(), sets("_OTHER")]).toEqual([2, 20, others]);
    limit = 21;
    expect([sets(name), limits(), sets("_OTHER")]).toEqual([undefined, undefined, others + 2]);
    limit = 2;
    things.add(1, { a: "3" });
    expect([sets(name), limits(), sets("_OTHER")]).toEqual([2, 2, others]);
  });
});
