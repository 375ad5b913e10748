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
  it("shows each metric's label sets and their limit in every snapshot", () => {
    const name = "test.self.budget";
    const things = counter({
      name,
      description: "For a test.",
      unit: "{thing}",
      labels: ["a"],
      maxLabelSets: 2,
    });
    expect(values("executor.metrics.series")[`metric=${name}`]).toBe(0);
    for (const a of ["1", "2", "3"]) things.add(1, { a });
    expect(values("executor.metrics.series")[`metric=${name}`]).toBe(2);
    expect(values("executor.metrics.series.limit")[`metric=${name}`]).toBe(2);
  });
});
