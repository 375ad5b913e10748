import { describe, expect, it } from "@effect/vitest";
import { makeSampler, readTraceContext, type SamplerName } from "../../src/tracing/index.ts";
import { randomTraceId } from "../../src/tracing/ids.ts";

const callerWith = (flags: "00" | "01") =>
  readTraceContext(`00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`);

/** Traces of a thousand that are taken, without a caller's span, with a sampled one, and with one that is not. */
const taken = (name: SamplerName, ratio: number) => {
  const sampler = makeSampler(name, ratio, () => 0);
  return [undefined, callerWith("01"), callerWith("00")].map(
    (caller) =>
      Array.from({ length: 1_000 }, randomTraceId).filter((id) => sampler(id, caller)).length,
  );
};

describe("makeSampler", () => {
  it("takes all or nothing by the name alone", () => {
    expect(taken("always_on", 0)).toEqual([1_000, 1_000, 1_000]);
    expect(taken("always_off", 1)).toEqual([0, 0, 0]);
    expect(taken("traceidratio", 0)).toEqual([0, 0, 0]);
    expect(taken("traceidratio", 1)).toEqual([1_000, 1_000, 1_000]);
  });

  it("follows the caller where its name says so", () => {
    expect(taken("parentbased_always_on", 0)).toEqual([1_000, 1_000, 0]);
    expect(taken("parentbased_always_off", 0)).toEqual([0, 100, 0]);
    expect(taken("parentbased_traceidratio", 0)).toEqual([0, 100, 0]);
  });

  it("takes the part that the ratio says, by the trace's id alone", () => {
    const sampler = makeSampler("traceidratio", 0.25);
    const ids = Array.from({ length: 20_000 }, randomTraceId);
    const sampled = ids.filter((id) => sampler(id, undefined));
    expect(sampled.length / ids.length).toBeGreaterThan(0.23);
    expect(sampled.length / ids.length).toBeLessThan(0.27);
    expect(ids.filter((id) => sampler(id, undefined))).toEqual(sampled);
    expect(sampler(`${"f".repeat(18)}3fffffff000000`, undefined)).toBe(true);
    expect(sampler(`${"0".repeat(18)}40000000000000`, undefined)).toBe(false);
  });

  it("lets callers force ten traces a second, and leaves the rest to the operator's choice", () => {
    let now = 0;
    const sampler = makeSampler("parentbased_traceidratio", 0, () => now);
    const forced = (count: number) =>
      Array.from({ length: count }, randomTraceId).filter((id) => sampler(id, callerWith("01")))
        .length;
    expect(forced(1_000)).toBe(100);
    now += 1_000;
    expect(forced(1_000)).toBe(10);
    now += 60_000;
    expect(forced(1_000)).toBe(100);
  });

  it.each(["traceidratio", "parentbased_traceidratio"] as const)(
    "%s takes no more than its part and ten a second of ids that callers choose",
    (name) => {
      let now = 0;
      const sampler = makeSampler(name, 0.05, () => now);
      const chosen = `${"a".repeat(18)}${"0".repeat(14)}`;
      let sampled = 0;
      for (let second = 0; second < 100; second += 1) {
        for (let call = 0; call < 1_000; call += 1) {
          if (sampler(chosen, callerWith("01"))) sampled += 1;
        }
        now += 1_000;
      }
      // 100 at once, 99 seconds with ten each, and a twentieth of 100,000 calls.
      expect(sampled).toBeGreaterThan(5_500);
      expect(sampled).toBeLessThan(6_700);
    },
  );

  it("leaves ids of callers to traceidratio where no more are taken than its part, however many come", () => {
    const sampler = makeSampler("traceidratio", 0.05, () => 0);
    const ids = Array.from(
      { length: 1_000 },
      (_, index) => `${"a".repeat(18)}${(index % 20 === 0 ? "0" : "f").repeat(14)}`,
    );
    const roots = ids.filter((id) => sampler(id, undefined));
    expect(roots).toHaveLength(50);
    for (let round = 0; round < 20; round += 1) {
      expect(ids.filter((id) => sampler(id, callerWith("01")))).toEqual(roots);
    }
  });
});
