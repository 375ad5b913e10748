import { describe, expect, it } from "@effect/vitest";
import { MetricState } from "effect";
import { counter, gauge, histogram } from "../../src/index.ts";
import { durationSeconds } from "../../src/instruments/instrument.ts";
import { recorded, values } from "../recorded.ts";

const described = { description: "For a test.", unit: "{thing}" };

describe("an instrument", () => {
  it("cannot record durations in another unit than seconds", () => {
    expect(() =>
      counter({ name: "test.counter.ms", description: "For a test.", unit: "ms", labels: [] }),
    ).toThrow("durations are recorded in seconds");
  });
});

describe("counter", () => {
  it("adds up by label set, whatever order the labels come in", () => {
    const name = "test.counter.sums";
    const things = counter({ name, ...described, labels: ["b", "a"] });
    things.add(1, { a: "1", b: "2" });
    things.add(2, { b: "2", a: "1" });
    things.add(4, { a: "1", b: "3" });
    expect(values(name)).toEqual({ "a=1,b=2": 3, "a=1,b=3": 4 });
  });

  it("keeps label sets apart whose values would join to the same text", () => {
    const name = "test.counter.apart";
    const things = counter({ name, ...described, labels: ["a", "b"] });
    things.add(1, { a: "1\u0000", b: "2" });
    things.add(2, { a: "1", b: "\u00002" });
    expect(recorded(name)).toHaveLength(2);
  });

  it("takes undefined and an empty value for an absent label", () => {
    const name = "test.counter.absent";
    const things = counter({ name, ...described, labels: ["a", "b"] });
    things.add(1, { a: "x", b: undefined });
    things.add(2, { a: "x", b: "" });
    things.add(4, { a: undefined, b: "x" });
    expect(values(name)).toEqual({ "a=x": 3, "b=x": 4 });
  });

  it("never goes down", () => {
    const name = "test.counter.monotonic";
    const things = counter({ name, ...described, labels: [] });
    things.add(2, {});
    things.add(-1, {});
    things.add(Number.NaN, {});
    expect(values(name)).toEqual({ "": 2 });
  });
});

describe("gauge", () => {
  it("is set and moved", () => {
    const name = "test.gauge.moves";
    const level = gauge({ name, ...described, labels: ["a"] });
    level.set(5, { a: "x" });
    level.add(-7, { a: "x" });
    expect(values(name)).toEqual({ "a=x": -2 });
  });

  it("leaves snapshots when removed, and comes back from 0 when recorded", () => {
    const name = "test.gauge.removed";
    const level = gauge({ name, ...described, labels: ["a"] });
    level.set(5, { a: "x" });
    level.set(6, { a: "y" });
    level.remove({ a: "x" });
    level.remove({ a: "never recorded" });
    expect(values(name)).toEqual({ "a=y": 6 });
    level.add(1, { a: "x" });
    expect(values(name)).toEqual({ "a=x": 1, "a=y": 6 });
    level.remove({ a: "y" });
    level.set(9, { a: "y" });
    expect(values(name)).toEqual({ "a=x": 1, "a=y": 9 });
  });
});

describe("histogram", () => {
  it("counts by bucket, and takes no NaN", () => {
    const name = "test.histogram.buckets";
    const wait = histogram({ name, ...described, labels: [], boundaries: durationSeconds });
    for (const value of [0.01, 0.3, 1_000, Number.NaN]) wait.record(value, {});
    const state = recorded(name)[0]?.state;
    if (!MetricState.isHistogramState(state)) throw new Error("no histogram");
    expect(state.count).toBe(3);
    expect(state.sum).toBe(1_000.31);
    expect(new Map(state.buckets).get(0.01)).toBe(1);
    expect(new Map(state.buckets).get(0.5)).toBe(2);
    expect(state.buckets.at(-1)).toEqual([Number.POSITIVE_INFINITY, 3]);
  });
});
