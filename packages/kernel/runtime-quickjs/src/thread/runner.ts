import { CodeRunner, type RunRequest, type RunResult } from "@executor/kernel";
import { Deferred, Effect, Layer } from "effect";
import { availableParallelism } from "node:os";
import { callStarter } from "../host/tool-calls.ts";
import { RunOnWorker } from "./run-on-worker.ts";
import type { SandboxWorker } from "./sandbox-worker.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface QuickJsRunnerOptions {
  /** Idle workers to keep ready; 2 unless told. Each holds about as much memory as an empty Bun worker and 16 MiB. */
  readonly warmWorkers?: number;
  /** Milliseconds after which an idle worker beyond the warm ones is terminated; 30,000 unless told. */
  readonly idleTtlMs?: number;
  /** The worker's script; for a compiled executable, which keeps it under another path. */
  readonly workerUrl?: URL | string;
}

/**
 * Runs agent code in QuickJS: each run in a WebAssembly instance of its own, on a Bun worker that serves no other run
 * meanwhile. How many run at once is the caller's to limit. Closing the layer's scope terminates the workers; none of them keeps the process alive.
 */
export const layer = (options: QuickJsRunnerOptions = {}): Layer.Layer<CodeRunner> =>
  Layer.scoped(CodeRunner, make(options));

const make = Effect.fnUntraced(function* (options: QuickJsRunnerOptions) {
  const pool = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new WorkerPool({
          workerUrl: options.workerUrl ?? new URL("./worker.ts", import.meta.url),
          warmWorkers: options.warmWorkers ?? 2,
          idleTtlMs: options.idleTtlMs ?? 30_000,
          bootsAtOnce: availableParallelism(),
        }),
    ),
    (open) => Effect.sync(() => open.close()),
  );
  const run = Effect.fn("QuickJsRunner.run")(function* (request: RunRequest) {
    const taken = yield* takeWorker(pool);
    return typeof taken === "string" ? notStarted(taken) : yield* runOn(taken, request);
  }, Effect.scoped);
  return { runtime: "quickjs", run };
});

/** A ready worker for as long as the scope is open, or why there is none. May be interrupted while it waits. */
const takeWorker = Effect.fnUntraced(function* (pool: WorkerPool) {
  const taken = yield* Deferred.make<SandboxWorker | string>();
  const settle = (worker: SandboxWorker | string): void =>
    Deferred.unsafeDone(taken, Effect.succeed(worker));
  yield* Effect.acquireRelease(
    Effect.sync(() => pool.take(settle, settle)),
    (lease) => Effect.sync(() => pool.end(lease)),
  );
  return yield* Deferred.await(taken);
});

const notStarted = (message: string): RunResult => ({
  outcome: { _tag: "Crashed", message },
  console: [],
  consoleTruncated: false,
  cpuTimeSeconds: 0,
  memoryPeakBytes: 0,
});

const runOn = Effect.fnUntraced(function* (worker: SandboxWorker, request: RunRequest) {
  let run: RunOnWorker | undefined;
  const startCall = yield* callStarter(request.callTool, () => run);
  return yield* Effect.async<RunResult>((resume) => {
    const started = new RunOnWorker(worker, request, startCall, (result) =>
      resume(Effect.succeed(result)),
    );
    run = started;
    return Effect.promise(() => started.cancel());
  });
});
