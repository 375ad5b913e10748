import { describe, expect, it } from "@effect/vitest";
import { MetricKey, MetricRegistry } from "effect";
import { gauge, RegistryReader } from "../../src/index.ts";

describe("RegistryReader", () => {
  it("knows, with this version of Effect, whether series came or went", () => {
    const registry = MetricRegistry.make();
    const reader = new RegistryReader(registry);
    expect(reader.isUnchanged()).toBe(false);
    registry.get(MetricKey.counter("a"));
    expect(reader.snapshot()).toHaveLength(1);
    expect(reader.isUnchanged()).toBe(true);
    registry.get(MetricKey.counter("a")).update(1);
    expect(reader.isUnchanged()).toBe(true);
    registry.get(MetricKey.counter("b"));
    expect(reader.isUnchanged()).toBe(false);
  });

  it("sees a gauge's series go and come back", () => {
    const name = "test.registry_reader.jobs";
    const jobs = gauge({ name, description: "Jobs.", unit: "{job}", labels: ["n"] });
    const reader = new RegistryReader();
    const has = () => reader.snapshot().some(({ metricKey }) => metricKey.name === name);
    jobs.set(1, { n: "1" });
    expect([has(), reader.isUnchanged()]).toEqual([true, true]);
    jobs.remove({ n: "1" });
    expect(reader.isUnchanged()).toBe(false);
    expect([has(), reader.isUnchanged()]).toEqual([false, true]);
    jobs.remove({ n: "1" });
    expect(reader.isUnchanged()).toBe(true);
    jobs.set(2, { n: "1" });
    expect(reader.isUnchanged()).toBe(false);
    expect(has()).toBe(true);
  });

  it("reads a state by its key", () => {
    const registry = MetricRegistry.make();
    const reader = new RegistryReader(registry);
    registry.get(MetricKey.counter("a")).update(3);
    const [pair] = reader.snapshot();
    registry.get(MetricKey.counter("a")).update(4);
    expect(pair && reader.hook(pair.metricKey).get()).toMatchObject({ count: 7 });
  });
});
