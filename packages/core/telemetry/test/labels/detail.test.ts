import { afterEach, describe, expect, it } from "@effect/vitest";
import { counter, limitLabelSets } from "../../src/index.ts";
import { values } from "../recorded.ts";

const unlimited = { total: Number.POSITIVE_INFINITY, perMetric: new Map<string, number>() };

const calls = (name: string) =>
  counter({
    name,
    description: "For a test.",
    unit: "{thing}",
    labels: ["tool", "source"],
    detail: { label: "tool", sets: 2 },
  });

describe("the detail of a metric", () => {
  afterEach(() => limitLabelSets(unlimited));

  it("ends with its number of label sets: further ones share one for the rest of their labels", () => {
    const name = "test.detail.ends";
    const { add } = calls(name);
    for (const tool of ["a", "b", "c", "d", "a"]) add(1, { tool, source: "one" });
    add(1, { tool: "a", source: "two" });
    expect(values(name)).toEqual({
      "source=one,tool=a": 2,
      "source=one,tool=b": 1,
      "source=one,tool=_OTHER": 2,
      "source=two,tool=_OTHER": 1,
    });
    expect(values("executor.metrics.overflow")[`metric=${name}`]).toBeUndefined();
  });

  it("is as great as the operator's budget, which the shared sets may exceed", () => {
    const name = "test.detail.budget";
    limitLabelSets({ ...unlimited, perMetric: new Map([[name, 1]]) });
    const { add } = calls(name);
    for (const source of ["one", "two"]) add(1, { tool: source, source });
    expect(values(name)).toEqual({ "source=one,tool=one": 1, "source=two,tool=_OTHER": 1 });
    expect(values("executor.metrics.series.limit")[`metric=${name}`]).toBeUndefined();
  });

  it("overflows where all metrics together have no room", () => {
    const name = "test.detail.total";
    const { add } = calls(name);
    for (const tool of ["a", "b"]) add(1, { tool, source: "one" });
    limitLabelSets({ ...unlimited, total: 0 });
    add(1, { tool: "c", source: "one" });
    expect(values(name)).toMatchObject({ "otel.metric.overflow=true": 1 });
  });
});
