import { CodeRunner, type RunState } from "@executor/kernel";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Fiber, Layer } from "effect";
import { fileURLToPath } from "node:url";
import { QuickJsRunner } from "../src/index.ts";
import { echo, limits, run, runnerLayer, valueOf } from "./support/run.ts";

describe("QuickJsRunner", () => {
  it.live("names its runtime", () =>
    Effect.gen(function* () {
      expect((yield* CodeRunner).runtime).toBe("quickjs");
    }).pipe(Effect.provide(runnerLayer)),
  );

  it.live("keeps concurrent runs apart", () =>
    Effect.gen(function* () {
      const codes = Array.from(
        { length: 8 },
        (_, i) => `
        globalThis.mine = ${i};
        for (let n = 0; n < 20; n++) await tools.a.b();
        console.log(mine);
        return mine;`,
      );
      const results = yield* Effect.forEach(codes, (code) => run(code), { concurrency: 8 });
      results.forEach(({ console, outcome }, i) => {
        expect(outcome).toMatchObject({ output: { json: String(i) } });
        expect(console).toEqual([{ level: "log", text: String(i) }]);
      });
    }).pipe(Effect.provide(runnerLayer)),
  );

  it.live("can be observed during the run and after its interruption", () =>
    Effect.gen(function* () {
      let observe: () => RunState | undefined = () => undefined;
      const fiber = yield* Effect.fork(
        run("console.log('here'); await tools.a.b(); for (;;);", {
          callTool: () => Effect.delay(Effect.succeed("1"), "100 millis"),
          onStart: (now) => {
            observe = now;
          },
        }),
      );
      while (observe()?.console.length !== 1) yield* Effect.sleep("5 millis");
      while (observe()?.isComputing === true) yield* Effect.sleep("5 millis");
      while (observe()?.isComputing === false) yield* Effect.sleep("5 millis");
      const before = observe()?.cpuTimeSeconds ?? Number.NaN;
      yield* Effect.sleep("50 millis");
      yield* Fiber.interrupt(fiber);
      const after = observe();
      expect(after).toMatchObject({ console: [{ text: "here" }], isComputing: false });
      expect(after?.cpuTimeSeconds).toBeGreaterThan(before);
      expect(after?.memoryPeakBytes).toBeGreaterThan(0);
    }).pipe(Effect.provide(runnerLayer)),
  );

  it.live("counts as computing between two turns of promise jobs", () =>
    Effect.gen(function* () {
      let observe: () => RunState | undefined = () => undefined;
      const fiber = yield* Effect.fork(
        run("for (;;) await null", {
          limits: { wallTimeMs: 2_000 },
          onStart: (now) => {
            observe = now;
          },
        }),
      );
      while (observe()?.isComputing !== true) yield* Effect.sleep("1 millis");
      let breaks = 0;
      // No pause here, because the time between two turns is short.
      const end = performance.now() + 400;
      while (performance.now() < end) if (observe()?.isComputing !== true) breaks++;
      expect(breaks).toBe(0);
      yield* Fiber.interrupt(fiber);
    }).pipe(Effect.provide(runnerLayer)),
  );

  it.live("stops the code when the run is interrupted", () =>
    Effect.gen(function* () {
      for (const code of [
        "await tools.a.b(); for (;;);",
        "await tools.a.b(); await new Promise(() => {})",
        "await tools.a.b(); Array.prototype.indexOf.call({ length: 2 ** 50 }, 1)",
        "for (;;) await tools.a.b()",
      ]) {
        let calls = 0;
        const callTool: typeof echo = (path, input, options) => {
          calls++;
          return echo(path, input, options);
        };
        const fiber = yield* Effect.fork(run(code, { callTool }));
        while (calls === 0) yield* Effect.sleep("5 millis");
        yield* Effect.sleep("20 millis");
        const started = performance.now();
        yield* Fiber.interrupt(fiber);
        expect(performance.now() - started).toBeLessThan(10_000);
        const callsThen = calls;
        yield* Effect.sleep("30 millis");
        expect(calls).toBe(callsThen);
        expect(yield* valueOf("return 1")).toBe(1);
      }
    }).pipe(Effect.provide(runnerLayer)),
  );

  it.live("can be interrupted before its worker is ready", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(run("return 1"));
      yield* Effect.yieldNow();
      yield* Fiber.interrupt(fiber);
      expect(yield* valueOf("return 2")).toBe(2);
    }).pipe(Effect.provide(QuickJsRunner.layer({ warmWorkers: 0 }))),
  );

  it.live("reports a crash if no worker starts", () =>
    Effect.gen(function* () {
      const { outcome } = yield* run("return 1");
      expect(outcome).toMatchObject({ _tag: "Crashed" });
    }).pipe(
      Effect.provide(QuickJsRunner.layer({ workerUrl: new URL("./missing.ts", import.meta.url) })),
    ),
  );

  it.live("raises memory limits below the minimum of QuickJS to that minimum", () =>
    Effect.gen(function* () {
      const { memoryPeakBytes, outcome } = yield* run("return 1", { limits: { memoryBytes: 1 } });
      expect(outcome._tag).toBe("Completed");
      expect(memoryPeakBytes).toBe(16 * 1024 * 1024);
    }).pipe(Effect.provide(runnerLayer)),
  );

  it.live("ends its workers with its scope, and does not keep a process alive", () =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.flatMap(Layer.build(QuickJsRunner.layer()), (context) =>
          Effect.provide(valueOf("return 1"), context),
        ),
      );
      const script = `
        import { QuickJsRunner } from ${JSON.stringify(sourceOf("../src/index.ts"))};
        import { CodeRunner } from "@executor/kernel";
        import { Effect, Layer, ManagedRuntime } from "effect";
        const runtime = ManagedRuntime.make(QuickJsRunner.layer());
        const result = await runtime.runPromise(Effect.flatMap(CodeRunner, (runner) => runner.run({
          code: "return 41 + 1", limits: ${JSON.stringify(limits)}, callTool: () => Effect.succeed("1") })));
        console.log(result.outcome.output.json);`;
      const child = Bun.spawn([process.execPath, "-e", script], {
        cwd: sourceOf(".."),
        stdout: "pipe",
        stderr: "inherit",
      });
      expect(yield* Effect.promise(() => child.exited)).toBe(0);
      expect(yield* Effect.promise(() => new Response(child.stdout).text())).toBe("42\n");
    }),
  );
});

const sourceOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
