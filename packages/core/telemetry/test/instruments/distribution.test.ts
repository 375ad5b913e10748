import { describe, expect, it } from "@effect/vitest";
import { distribution, restoreSeries, tokenCounts } from "../../src/index.ts";
import { RegistryReading } from "../../src/reading/index.ts";

const reading = new RegistryReading();
const read = (name: string) => reading.read().find(({ metric }) => metric.name === name);
const described = { description: "For a test.", unit: "{token}", boundaries: tokenCounts };

describe("a distribution", () => {
  it("holds what replaced its observations, in native buckets too", () => {
    const name = "test.distribution.replaced";
    const sizes = distribution({ name, ...described, labels: ["source"] });
    sizes.replace([50, 100, 101, 200_000], { source: "a" });
    expect(read(name)).toMatchObject({
      counts: new Float64Array([2, 3, 3, 3, 3, 3, 3, 4]),
      count: 4,
      sum: 200_251,
      native: { count: 4 },
    });
    sizes.replace([2_000], { source: "a" });
    expect(read(name)).toMatchObject({
      counts: new Float64Array([0, 0, 0, 1, 1, 1, 1, 1]),
      count: 1,
      sum: 2_000,
      min: 2_000,
      max: 2_000,
      native: { count: 1 },
    });
  });

  it("begins anew for its readers when it is replaced", async () => {
    const name = "test.distribution.created";
    const sizes = distribution({ name, ...described, labels: [] });
    sizes.replace([1], {});
    const first = read(name)?.createdAt ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 5));
    sizes.replace([1, 2], {});
    expect(read(name)?.createdAt).toBeGreaterThan(first);
  });

  it("disappears with its subject, and comes back with another", () => {
    const name = "test.distribution.removed";
    const sizes = distribution({ name, ...described, labels: ["source"] });
    sizes.replace([7], { source: "a" });
    sizes.remove({ source: "a" });
    expect(read(name)).toBeUndefined();
    sizes.replace([8, 9], { source: "a" });
    expect(read(name)).toMatchObject({ count: 2, sum: 17 });
  });

  it("is not brought back by a saved total of a subject that is gone", () => {
    const name = "test.distribution.saved";
    distribution({ name, ...described, labels: ["source"] });
    restoreSeries([
      { name, labels: { source: "gone" }, createdAt: 1, state: { type: "counter", value: 1 } },
    ]);
    expect(read(name)).toBeUndefined();
  });
});
