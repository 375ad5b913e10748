import { describe, expect, it } from "@effect/vitest";
import { catalogue, counter, findDefinition } from "../../src/index.ts";
import { recorded, values } from "../recorded.ts";

const described = { description: "For a test.", unit: "{thing}" };

describe("the label budget", () => {
  it("sends what exceeds it to one overflow series, and counts it", () => {
    const name = "test.budget.overflow";
    const things = counter({ name, ...described, labels: ["a"], maxLabelSets: 2 });
    for (const a of ["1", "2", "3", "4", "1", "3"]) things.add(1, { a });
    expect(values(name)).toEqual({ "a=1": 2, "a=2": 1, "otel.metric.overflow=true": 3 });
    expect(values("executor.metrics.overflow")[`metric=${name}`]).toBe(3);
  });

  it("is 2,000 label sets unless declared", () => {
    const name = "test.budget.default";
    const things = counter({ name, ...described, labels: ["a"] });
    for (let a = 0; a < 2_001; a += 1) things.add(1, { a: String(a) });
    expect(recorded(name)).toHaveLength(2_001);
    expect(values(name)["otel.metric.overflow=true"]).toBe(1);
  });

  it("may follow something that grows", () => {
    let tools = 1;
    const name = "test.budget.grows";
    const things = counter({ name, ...described, labels: ["a"], maxLabelSets: () => tools });
    things.add(1, { a: "1" });
    things.add(1, { a: "2" });
    tools = 2;
    things.add(1, { a: "2" });
    expect(values(name)).toEqual({ "a=1": 1, "a=2": 1, "otel.metric.overflow=true": 1 });
  });

  it("is not spent on sets that are already there", () => {
    const name = "test.budget.spent.once";
    const things = counter({ name, ...described, labels: ["a"], maxLabelSets: 1 });
    for (let count = 0; count < 3; count += 1) things.add(1, { a: "1" });
    expect(values(name)).toEqual({ "a=1": 3 });
  });
});

describe("label values", () => {
  it("are found again where they are longer than what is kept of them", () => {
    const name = "test.sets.long";
    const things = counter({ name, ...described, labels: ["a", "b"], maxLabelSets: 2 });
    const [long, longer] = ["x".repeat(128), "x".repeat(129)];
    for (let count = 0; count < 2; count += 1) {
      things.add(1, { a: longer, b: longer });
      things.add(1, { a: long, b: long });
      things.add(1, { a: long, b: "short" });
    }
    expect(values(name)).toEqual({ [`a=${long},b=${long}`]: 4, [`a=${long},b=short`]: 2 });
  });

  it("make sets whose labels are sorted, in whatever order they are declared", () => {
    const name = "test.sets.sorted";
    const things = counter({ name, ...described, labels: ["c", "a", "b"] });
    for (const c of ["1", "2", "3"]) things.add(1, { c, a: "x", b: "y" });
    expect(values(name)).toEqual({ "a=x,b=y,c=1": 1, "a=x,b=y,c=2": 1, "a=x,b=y,c=3": 1 });
  });
});

describe("the catalogue", () => {
  it("refuses a second instrument of one name", () => {
    const define = () => counter({ name: "test.catalogue.twice", ...described, labels: [] });
    define();
    expect(define).toThrow("The metric test.catalogue.twice is defined twice");
  });

  it("knows what was defined, and how full it is", () => {
    const name = "test.catalogue.known";
    const things = counter({ name, ...described, labels: ["a"], maxLabelSets: 7 });
    things.add(1, { a: "1" });
    expect(findDefinition(name)).toMatchObject({ type: "counter", unit: "{thing}", labels: ["a"] });
    expect(findDefinition("test.catalogue.unknown")).toBeUndefined();
    const entry = [...catalogue()].find(({ definition }) => definition.name === name);
    expect(entry?.labelSets()).toBe(1);
    expect(entry?.maxLabelSets()).toBe(7);
  });
});
