import { CodeRunner, ComputingBudget } from "@executor/kernel";
import type { TypeStripper } from "@executor/kernel/prepare-code";
import type {
  ConsoleLine,
  ContentItem,
  RunOutcome,
  RunRequest,
  RunResult,
  RunState,
} from "@executor/kernel";
import { Effect, Layer } from "effect";
import { type Engine, type EngineImage, makeEngine, makeEngineImage } from "../engine/engine.ts";
import type { SandboxAnswer, SandboxCall } from "../guest/bridge.ts";
import { emptyMemory } from "../guest/memory.ts";
import { RunClock } from "./run-clock.ts";
import { Slices } from "./slices.ts";
import { Owner, Turns } from "./turns.ts";
import { Sandbox, type SandboxHost, type SandboxOutcome } from "./sandbox.ts";
import { runWithCalls } from "./tool-calls.ts";

/** Bounds of the computing of a run. */
export interface ComputingLimits {
  /** Milliseconds that a run may compute, waiting left out. */
  readonly maxComputingMs: number;
  /** Number of times that `shouldStop` is called while a run computes, which is every few thousand instructions. */
  readonly maxChecks: number;
}

export interface InProcessOptions extends ComputingLimits {
  /** QuickJS, rewritten by `interruptibleLoops` and `withInitialMemory`. */
  readonly wasmModule: WebAssembly.Module;
  /** `suspendingWasm`, compiled. */
  readonly suspending: WebAssembly.Module;
  /** Initial memory that `withInitialMemory` set. */
  readonly initialMemoryBytes: number;
  /** One for the whole thread, which keeps a few MiB of memory. */
  readonly typeStripper: TypeStripper;
}

/**
 * Runs agent code in QuickJS in the current thread, for platforms without other threads: each run in a new WebAssembly
 * instance. The code is suspended every few milliseconds, so that the thread does its other work; the runs of this layer have
 * together as many turns as those of any other layer of the process. The caller limits how many run at once.
 */
export const layer = (options: InProcessOptions): Layer.Layer<CodeRunner> =>
  Layer.effect(
    CodeRunner,
    Effect.map(ComputingBudget, (budget) => make(options, budget)),
  );

/** One image for each module; it contains nothing of any run. No promise is shared, which could belong to a request that is over. */
const images = new WeakMap<WebAssembly.Module, EngineImage>();

/** Number of memories kept for later runs. */
const maxFree = 4;

/** Memories with their limits, for all runners of the process. A new memory for each run makes V8 collect garbage every few runs. */
const free: Array<{ readonly limit: number; readonly memory: WebAssembly.Memory }> = [];

const takeMemory = (limit: number): WebAssembly.Memory | undefined => {
  const at = free.findIndex((one) => one.limit === limit);
  return at < 0 ? undefined : free.splice(at, 1)[0]?.memory;
};

const returnMemory = (
  { memory }: Engine,
  limit: number,
  { initialMemoryBytes }: InProcessOptions,
): void => {
  if (free.length < maxFree && emptyMemory(memory.memory, initialMemoryBytes)) {
    free.push({ limit, memory: memory.memory });
  }
};

const cachedImage = async ({
  initialMemoryBytes,
  wasmModule,
}: InProcessOptions): Promise<EngineImage> => {
  const known = images.get(wasmModule);
  if (known !== undefined) return known;
  const image = await makeEngineImage(wasmModule, initialMemoryBytes);
  images.set(wasmModule, image);
  return image;
};

/** Turns of all runs of the process. */
const turns = new Turns();

const make = (options: InProcessOptions, budget: ComputingBudget["Type"]) => {
  const { suspending, wasmModule } = options;
  const owner = new Owner();
  const run = Effect.fn("InProcessRunner.run")(function* (request: RunRequest) {
    const { memoryBytes } = request.limits;
    const engine = yield* Effect.promise(async (signal) => {
      if (!turns.isFree) await turns.wait(owner, () => signal.aborted);
      const image = await cachedImage(options);
      return makeEngine(wasmModule, memoryBytes, {
        image,
        emptied: takeMemory(memoryBytes),
        suspending,
      });
    });
    const result = yield* runWithCalls(
      request.callTool,
      (startCall, onEnd) =>
        new InProcessRun(engine, request, options, budget, owner, startCall, onEnd),
    );
    // Interrupted code may still be inside the engine.
    const { _tag } = result.outcome;
    if (_tag === "Completed" || _tag === "Failed") {
      setTimeout(() => returnMemory(engine, memoryBytes, options));
    }
    return result;
  }, Effect.scoped);
  return { runtime: "quickjs", run };
};

const computedTooLong =
  "The code computed for longer than one execution may. Compute less in one execution.";

/** Promise jobs between two checks. They take about as long as the instructions between two other checks. */
const jobsAtOnce = 16;

/** Fuel that takes about as long as the computing before the first checks: 1,000,000 take some 10 ms. */
const fuelPerCheck = 50_000;

/** One run in the current thread: its clocks, its console and its end. */
class InProcessRun {
  readonly #limits: ComputingLimits;
  readonly #budget: ComputingBudget["Type"];
  readonly #sandbox: Sandbox;
  readonly #slices: Slices;
  readonly #console: Array<ConsoleLine> = [];
  readonly #content: Array<ContentItem> = [];
  readonly #ended = Promise.withResolvers<void>();
  readonly clock: RunClock;
  #checks = 0;
  #memoryBytes = 0;
  #isComputing = false;
  #isStopped = false;
  #hasComputedTooLong = false;
  #hasSpentBudget = false;
  #hasEnded = false;

  constructor(
    engine: Engine,
    request: RunRequest,
    limits: InProcessOptions,
    budget: ComputingBudget["Type"],
    owner: Owner,
    startCall: (call: SandboxCall) => void,
    onEnd: (result: RunResult) => void,
  ) {
    this.#limits = limits;
    this.#budget = budget;
    this.#slices = new Slices((milliseconds) => {
      owner.computedMs += milliseconds;
      budget.spend(milliseconds);
    });
    const slices = this.#slices;
    const host: SandboxHost = {
      shouldStop: () => this.#shouldStop(),
      isTurnOver: () => slices.isOver,
      rest: () =>
        turns.wait(
          owner,
          () => this.#isStopped,
          () => slices.measure(),
        ),
      jobsAtOnce,
      onCall: (call) => queueMicrotask(() => startCall(call)),
      onConsole: (line) => this.#console.push(line),
      onContent: (item) => this.#content.push(item),
      onPrepared: (fuel) => slices.check(Math.floor(fuel / fuelPerCheck)),
      onTurnStart: () => {
        this.#isComputing = true;
        slices.begin();
      },
      onTurnEnd: (rests) => {
        slices.end(rests);
        this.#isComputing = rests;
      },
      onMemory: (bytes) => {
        this.#memoryBytes = bytes;
      },
      onEnd: ({ outcome, consoleTruncated }) => {
        this.#hasEnded = true;
        this.clock.stop();
        const { console, cpuTimeSeconds, memoryPeakBytes } = this.#state();
        const content = this.#content;
        const end = { outcome: this.#toRunOutcome(outcome), consoleTruncated, content };
        onEnd({ ...end, console, cpuTimeSeconds, memoryPeakBytes });
        this.#ended.resolve();
      },
    };
    this.#sandbox = new Sandbox(engine, request.limits, host, request.toolNames);
    this.clock = new RunClock(
      request.limits.wallTimeMs,
      () => slices.computedMs,
      () => void this.cancel(),
    );
    request.onStart?.(() => this.#state());
    this.#sandbox.start(request.code, limits.typeStripper);
  }

  answer(answer: SandboxAnswer): void {
    if (!this.#hasEnded) this.#sandbox.answer([answer]);
  }

  /** Stops the code for good. Resolves when none of it runs any more. */
  cancel(): Promise<void> {
    this.#isStopped = true;
    if (!this.#hasEnded) this.#sandbox.wake();
    return this.#ended.promise;
  }

  #shouldStop(): boolean {
    const { maxChecks, maxComputingMs } = this.#limits;
    this.#checks += 1;
    this.#slices.check();
    this.#hasComputedTooLong ||=
      this.#checks > maxChecks || this.#slices.computedMs > maxComputingMs;
    this.#hasSpentBudget ||= this.#budget.retryAfterSeconds() > 0;
    return this.#isStopped || this.#hasComputedTooLong || this.#hasSpentBudget;
  }

  #toRunOutcome(outcome: SandboxOutcome): RunOutcome {
    if (outcome._tag !== "Stopped") return outcome;
    if (this.#hasSpentBudget) return { _tag: "BudgetSpent" };
    return { _tag: "TimedOut", message: this.#hasComputedTooLong ? computedTooLong : undefined };
  }

  #state(): RunState {
    return {
      console: this.#console,
      cpuTimeSeconds: this.#slices.computedMs / 1000,
      memoryPeakBytes: this.#memoryBytes,
      isComputing: this.#isComputing,
    };
  }
}
