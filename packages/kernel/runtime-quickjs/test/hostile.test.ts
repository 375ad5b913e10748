import { describe, expect, it } from "@effect/vitest";
import type { CodeRunner } from "@executor/kernel";
import { type HostileProgram, hostilePrograms } from "@executor/testing/hostile";
import { Effect, type Layer } from "effect";
import { QuickJsRunner } from "../src/index.ts";
import { fingerprint, wrongsOf } from "./support/hostile.ts";

/** Runs at once: programs that wait for their timeout share it. */
const lanes = 4;

/** The programs, each followed by the probe on the same worker or in the same memory. */
const runAll = (
  programs: ReadonlyArray<HostileProgram>,
  makeLayer: () => Layer.Layer<CodeRunner>,
) =>
  Effect.gen(function* () {
    const queue = programs.slice();
    const wrongs: Array<string> = [];
    const lane = Effect.gen(function* () {
      const clean = yield* fingerprint;
      expect(clean).toContain('"status":"completed"');
      for (let program = queue.shift(); program !== undefined; program = queue.shift()) {
        wrongs.push(...(yield* wrongsOf(program, clean)));
      }
      return clean;
    });
    const fingerprints = yield* Effect.all(
      Array.from({ length: lanes }, () => Effect.provide(lane, makeLayer())),
      { concurrency: "unbounded" },
    );
    expect(wrongs).toEqual([]);
    expect(new Set(fingerprints).size).toBe(1);
  });

const families = Object.entries(Object.groupBy(hostilePrograms, ({ family }) => family));

describe("hostile programs on worker threads", () => {
  for (const [family, programs = []] of families) {
    it.live(
      `end as they may, and leave nothing behind: ${programs.length} of ${family}`,
      () => runAll(programs, () => QuickJsRunner.layer({ warmWorkers: 1 })),
      300_000,
    );
  }
});
