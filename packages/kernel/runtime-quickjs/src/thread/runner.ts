import { CodeRunner } from "@executor/kernel";
import type {
  ConsoleLine,
  ContentItem,
  RunOutcome,
  RunRequest,
  RunResult,
  RunState,
} from "@executor/kernel";
import { Deferred, Effect, Layer, Runtime } from "effect";
import { availableParallelism } from "node:os";
import type { SandboxAnswer, SandboxCall } from "../guest/bridge.ts";
import { RunClock } from "../host/run-clock.ts";
import { runWithCalls, ToolCalls } from "../host/tool-calls.ts";
import type { SandboxOutcome } from "../host/sandbox.ts";
import type { ControlBlock } from "./protocol.ts";
import type { SandboxWorker } from "./sandbox-worker.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface QuickJsRunnerOptions {
  /** Idle workers to keep ready; 2 by default. Each takes as much memory as an empty Bun worker plus 16 MiB. */
  readonly warmWorkers?: number;
  /** Milliseconds after which an idle worker beyond the warm ones is terminated; 30,000 by default. */
  readonly idleTtlMs?: number;
  /** The worker's script; for a compiled executable, in which it has another path. */
  readonly workerUrl?: URL | string;
}

/**
 * Runs agent code in QuickJS: each run in a new WebAssembly instance, on a Bun worker that serves no other run meanwhile. The
 * caller limits how many run at once. Closing the layer's scope terminates the workers; none of them keeps the process alive.
 */
export const layer = (options: QuickJsRunnerOptions = {}): Layer.Layer<CodeRunner> =>
  Layer.scoped(CodeRunner, make(options));

const make = Effect.fnUntraced(function* (options: QuickJsRunnerOptions) {
  const runFork = Runtime.runFork(yield* Effect.runtime());
  const pool = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new WorkerPool({
          workerUrl: options.workerUrl ?? new URL("./worker.ts", import.meta.url),
          warmWorkers: options.warmWorkers ?? 2,
          idleTtlMs: options.idleTtlMs ?? 30_000,
          bootsAtOnce: availableParallelism(),
          endMs,
          onStuck: () => runFork(logStuck),
        }),
    ),
    (open) => Effect.sync(() => open.close()),
  );
  const run = Effect.fn("QuickJsRunner.run")(function* (request: RunRequest) {
    const taken = yield* takeWorker(pool);
    if (typeof taken === "string") return notStarted(taken);
    return yield* runWithCalls(
      request.callTool,
      (startCall, onEnd) => new RunOnWorker(taken, request, startCall, onEnd),
    );
  }, Effect.scoped);
  return { runtime: "quickjs", run, stuckThreads: () => pool.stuck };
});

/** Milliseconds within which a terminated thread ends, also on a busy machine. */
const endMs = 5_000;

const logStuck = Effect.logError(
  "A sandbox's thread was terminated and does not end. It keeps a core busy until it does, or until the daemon is restarted. Report it with the code of the latest executions.",
);

/** Takes a ready worker until the scope closes, or returns the reason why there is none. Interruptible while it waits. */
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
  content: [],
  cpuTimeSeconds: 0,
  memoryPeakBytes: 0,
});

/**
 * Milliseconds that a worker has to stop by itself before it is terminated. Code inside QuickJS always stops; only work
 * around it, such as parsing, may not.
 */
const graceMs = 100;

/** The main thread's side of one run on one ready worker: its clock, its calls, its console and its end. */
class RunOnWorker {
  readonly #worker: SandboxWorker;
  readonly #onEnd: (result: RunResult) => void;
  readonly #calls: ToolCalls;
  readonly #console: Array<ConsoleLine> = [];
  readonly #content: Array<ContentItem> = [];
  readonly #ended = Promise.withResolvers<void>();
  #control: ControlBlock | undefined;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #hasEnded = false;
  clock: RunClock | undefined;

  constructor(
    worker: SandboxWorker,
    request: RunRequest,
    startCall: (call: SandboxCall) => void,
    onEnd: (result: RunResult) => void,
  ) {
    this.#worker = worker;
    this.#onEnd = onEnd;
    this.#calls = new ToolCalls(startCall, (answers) => worker.answer(answers));
    this.#start(request);
  }

  answer(answer: SandboxAnswer): void {
    this.#calls.answer(answer);
  }

  /** Stops the code for good. Resolves when none of it runs any more. */
  cancel(): Promise<void> {
    this.#stop();
    return this.#ended.promise;
  }

  #start(request: RunRequest): void {
    const control = this.#worker.start(request, {
      onCalls: (calls) => this.#calls.add(calls),
      onConsole: (lines) => this.#console.push(...lines),
      onContent: (items) => this.#content.push(...items),
      onEnd: ({ outcome, consoleTruncated }) => {
        if (outcome._tag === "Crashed" || outcome._tag === "OutOfMemory") this.#worker.terminate();
        this.#end(toRunOutcome(outcome), consoleTruncated);
      },
      onDeath: (message) => this.#end({ _tag: "Crashed", message }),
    });
    this.#control = control;
    this.clock = new RunClock(
      request.limits.wallTimeMs,
      () => control.cpuMs(),
      () => this.#stop(),
    );
    request.onStart?.(() => this.#state());
  }

  #state(): RunState {
    return {
      console: this.#console,
      cpuTimeSeconds: (this.#control?.cpuMs() ?? 0) / 1000,
      memoryPeakBytes: this.#control?.memoryBytes() ?? 0,
      isComputing: !this.#hasEnded && this.#control?.isComputing() === true,
    };
  }

  #stop(): void {
    if (this.#hasEnded || this.#grace !== undefined) return;
    this.#control?.requestStop();
    this.#worker.wake();
    this.#grace = setTimeout(() => {
      this.#end({ _tag: "TimedOut" });
      this.#worker.terminate();
    }, graceMs);
  }

  #end(outcome: RunOutcome, consoleTruncated = false): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.clock?.stop();
    clearTimeout(this.#grace);
    this.#calls.close();
    const { console, cpuTimeSeconds, memoryPeakBytes } = this.#state();
    const shown = { console, consoleTruncated, content: this.#content };
    this.#onEnd({ outcome, ...shown, cpuTimeSeconds, memoryPeakBytes });
    this.#ended.resolve();
  }
}

/** A run that was stopped has timed out: the result of an interrupted run is not used. */
const toRunOutcome = (outcome: SandboxOutcome): RunOutcome =>
  outcome._tag === "Stopped" ? { _tag: "TimedOut" } : outcome;
