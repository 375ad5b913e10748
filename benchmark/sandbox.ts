import { CodeRunner, type RunRequest } from "@executor/kernel";
import { QuickJsRunner } from "@executor/runtime-quickjs";
import { Duration, Effect } from "effect";
import { watchEventLoop } from "./support/event-loop.ts";
import { quantile } from "./support/statistics.ts";

/**
 * Cost of the sandbox: `bun benchmark/sandbox.ts`. Times in milliseconds, measured by the main thread, for one run after another
 * unless noted.
 */

const limits: RunRequest["limits"] = {
  wallTimeMs: 30_000,
  memoryBytes: 64 * 1024 * 1024,
  maxOutputChars: 30_000,
  maxToolInputChars: 100_000,
  maxBlockBytes: 1_000_000,
  maxContentBytes: 2_000_000,
  maxToolCallsInFlight: 64,
};

const run = (code: string) =>
  Effect.gen(function* () {
    const runner = yield* CodeRunner;
    const started = performance.now();
    const { outcome } = yield* runner.run({
      code,
      limits,
      callTool: (_, input) => Effect.succeed(input),
    });
    if (outcome._tag !== "Completed") return yield* Effect.dieMessage(JSON.stringify(outcome));
    return performance.now() - started;
  });

const times = (code: string, count: number) => Effect.replicateEffect(run(code), count);

/** All at once; a daemon would limit how many run concurrently. */
const burst = Effect.all(
  Array.from({ length: 32 }, () => run("return 1")),
  { concurrency: "unbounded", discard: true },
);

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([duration]) => Duration.toMillis(duration));

const row = (name: string, values: ReadonlyArray<number>, perRun = 1) => {
  const cell = (q: number) => (quantile(values, q) / perRun).toFixed(3);
  return { what: name, samples: values.length, median: cell(0.5), p99: cell(0.99) };
};

const timerDelay = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const watch = watchEventLoop();
    yield* effect;
    return watch.stop();
  });

const rssMiB = () => process.memoryUsage.rss() / 1024 / 1024;

const main = Effect.gen(function* () {
  yield* run("return 1");
  const firstBurst = yield* timed(burst);
  yield* times("return 1", 200);
  const rssStart = rssMiB();
  const paused = Effect.tap(run("return 1"), () => Effect.sleep("10 millis"));
  const calls = 1_000;
  const table = [
    row("trivial run, worker prepared", yield* Effect.replicateEffect(paused, 200)),
    row("trivial run, back to back", yield* times("return 1", 500)),
    row("32 trivial runs at once, the first time", [firstBurst]),
    row("32 trivial runs at once", yield* Effect.replicateEffect(timed(burst), 10)),
    row(
      "tool call, one after another",
      yield* times(`for (let i = 0; i < ${calls}; i++) await tools.a.b({ i })`, 10),
      calls,
    ),
    row(
      "tool call, 1,000 at once",
      yield* times(
        `await Promise.all(Array.from({ length: ${calls} }, (_, i) => tools.a.b({ i }))); return 1`,
        10,
      ),
      calls,
    ),
    row(
      "delay of the main thread's timers, 10,000 calls at once",
      yield* timerDelay(
        run("await Promise.all(Array.from({ length: 10_000 }, () => tools.a.b({}))); return 1"),
      ),
    ),
    row(
      "delay of the main thread's timers, busy sandbox",
      yield* timerDelay(run("const end = Date.now() + 1000; while (Date.now() < end);")),
    ),
  ];
  console.table(table);
  const before = rssMiB();
  yield* times("return 1", 2_000);
  const after = rssMiB();
  console.table([
    { what: "resident memory after 200 runs", MiB: rssStart.toFixed(1) },
    { what: "before 2,000 runs more", MiB: before.toFixed(1) },
    { what: "after 2,000 runs more", MiB: after.toFixed(1) },
  ]);
});

const workerMemory = Effect.gen(function* () {
  const samples: Array<{ workers: number; MiB: string }> = [];
  for (const warmWorkers of [0, 2, 8]) {
    const rss = yield* Effect.gen(function* () {
      yield* Effect.sleep("1 second");
      Bun.gc(true);
      return rssMiB();
    }).pipe(Effect.provide(QuickJsRunner.layer({ warmWorkers })));
    samples.push({ workers: warmWorkers, MiB: rss.toFixed(1) });
  }
  console.table(samples);
});

await Effect.runPromise(workerMemory);
await Effect.runPromise(main.pipe(Effect.provide(QuickJsRunner.layer())));
