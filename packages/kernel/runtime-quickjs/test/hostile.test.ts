import { describe, expect, it } from "@effect/vitest";
import type { CodeRunner } from "@executor/kernel";
import { type HostileProgram, hostilePrograms } from "@executor/testing/hostile";
import wasmPath from "@jitl/quickjs-wasmfile-release-sync/wasm" with { type: "file" };
import { Effect, type Layer } from "effect";
import { suspendingWasm } from "../src/engine/interrupts.ts";
import { interruptibleLoops, withInitialMemory } from "../src/engine/wasm-rewriting.ts";
import * as InProcessRunner from "../src/host/in-process.ts";
import { QuickJsRunner } from "../src/index.ts";
import { fingerprint, wrongsOf } from "./support/hostile.ts";
import { typeStripper } from "./support/type-stripper.ts";

const initialMemoryBytes = 7 * 1024 * 1024;
const wasm = interruptibleLoops(await Bun.file(wasmPath).bytes());
const wasmModule = await WebAssembly.compile(withInitialMemory(wasm, initialMemoryBytes));
const suspending = await WebAssembly.compile(suspendingWasm);

/** The same list on each runner. */
const runners = {
  "on worker threads": () => QuickJsRunner.layer({ warmWorkers: 1 }),
  "in the thread of the host": () =>
    InProcessRunner.layer({
      wasmModule,
      suspending,
      initialMemoryBytes,
      typeStripper,
      maxComputingMs: 60_000,
      maxChecks: 1_000_000_000,
    }),
};

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

describe.each(Object.entries(runners))("hostile programs %s", (_name, makeLayer) => {
  for (const [family, programs = []] of families) {
    it.live(
      `end as they may, and leave nothing behind: ${programs.length} of ${family}`,
      () => runAll(programs, makeLayer),
      300_000,
    );
  }
});
