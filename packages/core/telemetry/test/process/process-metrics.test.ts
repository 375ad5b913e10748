import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { processMetricsLayer } from "../../src/index.ts";
import { values } from "../recorded.ts";

const layer = processMetricsLayer({ version: "1.2.3", commit: undefined, runtime: "bun 1" });

const burn = (millis: number): void => {
  const end = performance.now() + millis;
  while (performance.now() < end);
};

/** Uses this much CPU time, however long a busy machine takes to give it. */
const burnCpu = (micros: number): void => {
  const { user, system } = process.cpuUsage();
  for (;;) {
    const now = process.cpuUsage();
    if (now.user - user + now.system - system >= micros) return;
  }
};

const cpuSeconds = (): number =>
  Object.values(values("process.cpu.time")).reduce((sum, mode) => sum + mode, 0);

describe("processMetricsLayer", () => {
  it.live("shows what the operating system says of the process", () =>
    Effect.sync(() => {
      const { user, system } = process.cpuUsage();
      const before = cpuSeconds();
      expect(before).toBeGreaterThanOrEqual((user + system) / 1e6);
      burnCpu(50_000);
      expect(cpuSeconds() - before).toBeGreaterThanOrEqual(0.05 - 1e-6);
      const all = process.cpuUsage();
      expect(cpuSeconds()).toBeLessThan((all.user + all.system) / 1e6 + 0.5);
      expect(Object.keys(values("process.cpu.time"))).toEqual(["cpu.mode=user", "cpu.mode=system"]);
      expect(values("process.memory.usage")[""]).toBeGreaterThan(10 * 1024 * 1024);
      expect(Math.abs((values("process.uptime")[""] ?? 0) - process.uptime())).toBeLessThan(1);
      const started = Date.now() / 1_000 - process.uptime();
      expect(Math.abs((values("process.start_time")[""] ?? 0) - started)).toBeLessThan(1);
      expect(values("executor.build_info")).toEqual({ "runtime=bun 1,version=1.2.3": 1 });
    }).pipe(Effect.provide(layer)),
  );

  it.live("shows every reader how late the event loop was", () =>
    Effect.gen(function* () {
      yield* Effect.sleep(100);
      burn(150);
      yield* Effect.sleep(100);
      for (let reader = 0; reader < 2; reader += 1) {
        const max = values("nodejs.eventloop.delay.max")[""];
        expect(max).toBeGreaterThan(0.1);
        expect(max).toBeLessThan(5);
      }
      const of = (statistic: string) => values(`nodejs.eventloop.delay.${statistic}`)[""] ?? -1;
      expect(of("min")).toBeGreaterThanOrEqual(0);
      expect(of("min")).toBeLessThanOrEqual(of("p50"));
      expect(of("p50")).toBeLessThanOrEqual(of("p90"));
      expect(of("p90")).toBeLessThanOrEqual(of("p99"));
      expect(of("mean")).toBeLessThan(of("max"));
      expect(of("stddev")).toBeGreaterThan(0);
    }).pipe(Effect.provide(layer)),
  );

  it.live("stops with its scope", () =>
    Effect.gen(function* () {
      yield* Effect.void.pipe(Effect.provide(layer));
      const before = cpuSeconds();
      burn(30);
      expect(cpuSeconds()).toBe(before);
    }),
  );
});
