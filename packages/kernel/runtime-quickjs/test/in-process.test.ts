import { describe, expect, it, vi } from "@effect/vitest";
import {
  CodeRunner,
  ComputingBudget,
  type RunRequest,
  type RunState,
  whileClockPaused,
} from "@executor/kernel";
import wasmPath from "@jitl/quickjs-wasmfile-release-sync/wasm" with { type: "file" };
import { Deferred, Effect, Fiber, Layer } from "effect";
import { layer } from "../src/host/in-process.ts";
import { interruptibleLoops, withInitialMemory } from "../src/engine/wasm-rewriting.ts";
import { suspendingWasm } from "../src/engine/interrupts.ts";
import { emptyMemory } from "../src/guest/memory.ts";
import { typeStripper } from "./support/type-stripper.ts";

import { withTimer } from "./support/run.ts";

const initialMemoryBytes = 7 * 1024 * 1024;

const wasmModule = await WebAssembly.compile(
  withInitialMemory(interruptibleLoops(await Bun.file(wasmPath).bytes()), initialMemoryBytes),
);

const suspending = await WebAssembly.compile(suspendingWasm);

const limits = {
  wallTimeMs: 5_000,
  memoryBytes: 32 * 1024 * 1024,
  maxOutputChars: 10_000,
  maxToolInputChars: 10_000,
  maxBlockBytes: 1_000_000,
  maxContentBytes: 2_000_000,
  maxToolCallsInFlight: 8,
};

const run = (code: string, request: Partial<RunRequest> = {}) =>
  Effect.flatMap(CodeRunner, (runner) =>
    runner.run({
      code,
      limits,
      callTool: (path, input) => Effect.succeed(JSON.stringify({ path, input })),
      ...request,
    }),
  );

const runner = (
  computing: Partial<{ maxComputingMs: number; maxChecks: number }> = {},
): Layer.Layer<CodeRunner> =>
  layer({
    wasmModule,
    suspending,
    initialMemoryBytes,
    typeStripper,
    maxComputingMs: 60_000,
    maxChecks: 1_000_000_000,
    ...computing,
  });

describe("the runner without workers", () => {
  it.live("gives content blocks, and what the host does for code", () =>
    Effect.gen(function* () {
      const image = { type: "image", data: "AAEC", mimeType: "image/png" };
      const { content, outcome } = yield* run(
        `emit("first"); return { image: ${JSON.stringify(image)}, host: new URL("https://a.b/c").host, names: Object.keys(tools) }`,
        { toolNames: "a.b" },
      );
      expect(content.map(({ json }): unknown => JSON.parse(json))).toEqual([
        { type: "text", text: "first" },
        image,
      ]);
      const json =
        '{"image":"[block 2: image/png, 3 bytes]","host":"a.b","names":["search","describe","a"]}';
      expect(outcome).toMatchObject({ _tag: "Completed", output: { json } });
    }).pipe(Effect.provide(runner())),
  );

  it.live("runs code that calls tools, several runs at once", () =>
    Effect.gen(function* () {
      const results = yield* Effect.forEach(
        [1, 2, 3],
        (number) => run(`console.log(${number}); return (await tools.a.b({ n: ${number} })).input`),
        { concurrency: 3 },
      );
      expect(results.map(({ outcome }) => outcome)).toMatchObject(
        [1, 2, 3].map((n) => ({
          _tag: "Completed",
          output: { json: JSON.stringify(JSON.stringify({ n })) },
        })),
      );
      expect(results.map(({ console: [line] }) => line?.text)).toEqual(["1", "2", "3"]);
    }).pipe(Effect.provide(runner())),
  );

  it.live("loses no answer, whenever it comes", () =>
    Effect.gen(function* () {
      for (let turns = 0; turns < 20; turns += 1) {
        const answer = async () => {
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
          return "1";
        };
        const { outcome } = yield* run("return await tools.a.b({})", {
          callTool: () => Effect.promise(answer),
        });
        expect([turns, outcome._tag]).toEqual([turns, "Completed"]);
      }
    }).pipe(Effect.provide(runner())),
  );

  it.live("leaves nothing of a run in the memory that the next one reuses", () =>
    Effect.gen(function* () {
      const leave = `globalThis.left = "x".repeat(1_000_000); Array.prototype.left = 1; return 1`;
      for (let count = 0; count < 4; count += 1) {
        expect((yield* run(leave)).outcome._tag).toBe("Completed");
        yield* Effect.sleep(5);
        const { outcome } = yield* run(`return [typeof globalThis.left, typeof [].left]`);
        expect(outcome).toMatchObject({ output: { json: `["undefined","undefined"]` } });
        yield* Effect.sleep(5);
      }
    }).pipe(Effect.provide(runner())),
  );

  it.live("interrupts code that computes for too long", () =>
    Effect.gen(function* () {
      for (const code of [
        "for (;;) {}",
        "for (;;) await null",
        "Array.prototype.indexOf.call({ length: 2 ** 50 }, 1)",
      ]) {
        const { outcome } = yield* run(code);
        expect(outcome).toMatchObject({
          _tag: "TimedOut",
          message: expect.stringContaining("computed for longer"),
        });
      }
    }).pipe(Effect.provide(runner({ maxComputingMs: 200 }))),
  );

  it.live("lets the thread go on while code loops, and ends it by its wall time", () =>
    Effect.gen(function* () {
      for (const code of ["for (;;) {}", "for (;;) await null"]) {
        const { result, ticks } = yield* withTimer(
          run(code, { limits: { ...limits, wallTimeMs: 1_500 } }),
        );
        expect(result.outcome).toEqual({ _tag: "TimedOut" });
        expect(ticks).toBeGreaterThan(5);
      }
    }).pipe(Effect.provide(runner())),
  );

  it.live("gives the one run of a layer its turns beside the many of another", () =>
    Effect.gen(function* () {
      const long = { ...limits, wallTimeMs: 60_000 };
      const observeAll: Array<() => RunState> = [];
      const greedy = yield* Effect.forEach(
        [1, 2, 3, 4, 5, 6, 7, 8],
        () => run("for (;;) {}", { limits: long, onStart: (now) => observeAll.push(now) }),
        { concurrency: "unbounded" },
      ).pipe(Effect.provide(runner()), Effect.fork);
      while (observeAll.length < 8) yield* Effect.sleep(5);
      const computed = () => observeAll.reduce((sum, observe) => sum + observe().cpuTimeSeconds, 0);
      const before = computed();
      const small = yield* run("let n = 0; for (let i = 0; i < 1e6; i++) n += i; return n", {
        limits: long,
      }).pipe(Effect.provide(runner()));
      const others = computed() - before;
      yield* Fiber.interrupt(greedy);
      expect(small.outcome._tag).toBe("Completed");
      // With one turn for each run they would compute eight times as much.
      expect(others).toBeLessThan(4 * small.cpuTimeSeconds);
    }),
  );

  it.live("stops for good while it is suspended", () =>
    Effect.gen(function* () {
      let observe: () => RunState | undefined = () => undefined;
      const fiber = yield* Effect.fork(
        run("for (let n = 0; ; n++) if (n % 1e5 === 0) console.log(n)", {
          onStart: (now) => {
            observe = now;
          },
        }),
      );
      while ((observe()?.console.length ?? 0) < 3) yield* Effect.sleep(1);
      yield* Fiber.interrupt(fiber);
      const lines = observe()?.console.length;
      expect(observe()?.isComputing).toBe(false);
      yield* Effect.sleep(50);
      expect(observe()?.console.length).toBe(lines);
    }).pipe(Effect.provide(runner())),
  );

  it.live("ends the runs that use up the budget of computing", () =>
    Effect.gen(function* () {
      let spent = 0;
      const budget = {
        spend: (milliseconds: number) => void (spent += milliseconds),
        retryAfterSeconds: () => (spent < 100 ? 0 : 5),
      };
      const results = yield* Effect.replicateEffect(run("for (;;) {}"), 3, {
        concurrency: "unbounded",
      }).pipe(Effect.provide(runner().pipe(Layer.provide(Layer.succeed(ComputingBudget, budget)))));
      expect(results.map(({ outcome }) => outcome)).toEqual(
        results.map(() => ({ _tag: "BudgetSpent" })),
      );
      const computed = results.reduce((sum, { cpuTimeSeconds }) => sum + cpuTimeSeconds, 0);
      expect(spent).toBeCloseTo(computed * 1_000, 3);
    }),
  );

  it.live("charges the preparation of code, also where the clock stands still meanwhile", () =>
    Effect.gen(function* () {
      const budget = { spentMs: 0, retryAfterSeconds: () => 0 };
      const spend = (milliseconds: number) => void (budget.spentMs += milliseconds);
      const chargeFor = (code: string) =>
        Effect.gen(function* () {
          budget.spentMs = 0;
          const { outcome } = yield* run(code).pipe(
            Effect.provide(
              runner().pipe(Layer.provide(Layer.succeed(ComputingBudget, { ...budget, spend }))),
            ),
          );
          return [outcome._tag === "Failed" && outcome.name, budget.spentMs] as const;
        });
      yield* Effect.acquireRelease(
        Effect.sync(() => vi.spyOn(performance, "now").mockReturnValue(performance.now())),
        (clock) => Effect.sync(() => clock.mockRestore()),
      );
      const [cheap, cheapMs] = yield* chargeFor("return (");
      const [costly, costlyMs] = yield* chargeFor("<T>(".repeat(400) + "1" + ")".repeat(400));
      expect([cheap, costly]).toEqual(["SyntaxError", "CodeTooComplex"]);
      expect(cheapMs).toBeLessThan(2);
      expect(costlyMs).toBeGreaterThan(10);
    }).pipe(Effect.scoped),
  );

  it.live("interrupts code by its number of checks if the clock stands still", () =>
    Effect.gen(function* () {
      for (const code of ["for (;;) {}", "for (;;) await null"]) {
        const { outcome } = yield* run(code);
        expect(outcome).toMatchObject({
          _tag: "TimedOut",
          message: expect.stringContaining("computed for longer"),
        });
      }
    }).pipe(Effect.provide(runner({ maxChecks: 200 }))),
  );

  it.live("ends code that waits for too long, except while a person is asked", () =>
    Effect.gen(function* () {
      const short = { ...limits, wallTimeMs: 1_000 };
      const waiting = yield* run("await new Promise(() => {})", { limits: short });
      expect(waiting.outcome).toEqual({ _tag: "TimedOut" });
      const asked = yield* run("return await tools.ask({})", {
        limits: short,
        callTool: () => whileClockPaused(Effect.as(Effect.sleep(1_200), `"yes"`)),
      });
      expect(asked.outcome).toMatchObject({ output: { json: `"yes"` } });
    }).pipe(Effect.provide(runner())),
  );

  it.live("stops for good when interrupted, and interrupts its calls", () =>
    Effect.gen(function* () {
      let interrupted = 0;
      const called = yield* Deferred.make<void>();
      const fiber = yield* Effect.fork(
        run("await tools.a({}); console.log('on')", {
          callTool: () =>
            Effect.zipRight(Deferred.succeed(called, undefined), Effect.never).pipe(
              Effect.onInterrupt(() => Effect.sync(() => (interrupted += 1))),
            ),
        }),
      );
      yield* Deferred.await(called);
      yield* Fiber.interrupt(fiber);
      expect(interrupted).toBe(1);
    }).pipe(Effect.provide(runner())),
  );

  it.live("can be observed during the run and after its interruption", () =>
    Effect.gen(function* () {
      let observe: () => RunState | undefined = () => undefined;
      let calls = 0;
      const fiber = yield* Effect.fork(
        run("console.log('here'); for (;;) await tools.a({})", {
          callTool: () =>
            Effect.delay(
              Effect.sync(() => String(++calls)),
              5,
            ),
          onStart: (now) => {
            observe = now;
          },
        }),
      );
      // It also computes now and then.
      while (calls < 3 || observe()?.isComputing !== false) yield* Effect.sleep(1);
      expect(observe()).toMatchObject({ console: [{ text: "here" }] });
      yield* Fiber.interrupt(fiber);
      const callsThen = calls;
      yield* Effect.sleep(50);
      expect(calls).toBe(callsThen);
      const after = observe();
      expect(after).toMatchObject({ memoryPeakBytes: initialMemoryBytes, isComputing: false });
      expect(after?.cpuTimeSeconds).toBeGreaterThan(0);
    }).pipe(Effect.provide(runner())),
  );

  it.live("counts as computing between two turns of promise jobs", () =>
    Effect.gen(function* () {
      let observe: () => RunState | undefined = () => undefined;
      const fiber = yield* Effect.fork(
        run("for (let n = 0; n < 1e9; n++) await null", {
          onStart: (now) => {
            observe = now;
          },
        }),
      );
      while (observe() === undefined) yield* Effect.sleep(1);
      const seen = yield* Effect.replicateEffect(
        Effect.delay(
          Effect.sync(() => observe()?.isComputing),
          1,
        ),
        10,
      );
      expect(seen).toEqual(seen.map(() => true));
      yield* Fiber.interrupt(fiber);
      expect(observe()?.isComputing).toBe(false);
    }).pipe(Effect.provide(runner())),
  );

  it.live("grows the memory of a run that needs more", () =>
    Effect.gen(function* () {
      const result = yield* run("return new Array(1_000_000).fill(0).map((_, n) => n).length");
      expect(result.outcome).toMatchObject({ output: { json: "1000000" } });
      expect(result.memoryPeakBytes).toBeGreaterThan(initialMemoryBytes);
      expect((yield* run("return 1")).memoryPeakBytes).toBe(initialMemoryBytes);
    }).pipe(Effect.provide(runner())),
  );

  it.live("reports that memory ran out", () =>
    Effect.gen(function* () {
      const { outcome } = yield* run("const all = []; for (;;) all.push(new Array(1e5).fill(1))");
      expect(outcome._tag).toBe("OutOfMemory");
    }).pipe(Effect.provide(runner())),
  );
});

describe("emptyMemory", () => {
  it("clears every byte, and refuses a memory that has grown", () => {
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 257 });
    const bytes = new Uint8Array(memory.buffer);
    const { length } = bytes;
    for (let at = 0; at < bytes.length; at += 4_099) bytes[at] = 7;
    bytes[bytes.length - 1] = 7;
    expect(emptyMemory(memory, length)).toBe(true);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    memory.grow(1);
    expect(emptyMemory(memory, length)).toBe(false);
  });
});
