import type { ConsoleLine, RunOutcome, RunRequest, RunResult, RunState } from "@executor/kernel";
import type { SandboxAnswer, SandboxCall, SandboxOutcome } from "../host/index.ts";
import type { ControlBlock } from "./control-block.ts";
import { RunClock } from "../host/run-clock.ts";
import type { SandboxWorker } from "./sandbox-worker.ts";
import { ToolCalls } from "./tool-calls.ts";

/**
 * Milliseconds that a worker has to stop by itself before it is terminated. Code inside QuickJS always stops; only what
 * happens around it, such as parsing, may not.
 */
const graceMs = 100;

/** One run on one ready worker, seen from the main thread: its clock, its calls, its console and its end. */
export class RunOnWorker {
  readonly #worker: SandboxWorker;
  readonly #onEnd: (result: RunResult) => void;
  readonly #calls: ToolCalls;
  readonly #console: Array<ConsoleLine> = [];
  readonly #ended: Promise<void>;
  #markEnded: () => void = () => {};
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
    this.#ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
    this.#calls = new ToolCalls(startCall, (answers) => worker.answer(answers));
    this.#start(request);
  }

  answer(answer: SandboxAnswer): void {
    this.#calls.answer(answer);
  }

  /** Stops the code for good. Resolves when nothing of it runs any more. */
  cancel(): Promise<void> {
    this.#stop();
    return this.#ended;
  }

  #start(request: RunRequest): void {
    const control = this.#worker.start(request.code, request.limits, {
      onCalls: (calls) => this.#calls.add(calls),
      onConsole: (lines) => this.#console.push(...lines),
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
    request.onStart?.(() => this.#state(control));
  }

  #state(control: ControlBlock): RunState {
    return {
      console: this.#console,
      cpuTimeSeconds: control.cpuMs() / 1000,
      memoryPeakBytes: control.memoryBytes(),
      isComputing: !this.#hasEnded && control.isComputing(),
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
    const cpuTimeSeconds = (this.#control?.cpuMs() ?? 0) / 1000;
    const memoryPeakBytes = this.#control?.memoryBytes() ?? 0;
    this.#onEnd({
      outcome,
      console: this.#console,
      consoleTruncated,
      cpuTimeSeconds,
      memoryPeakBytes,
    });
    this.#markEnded();
  }
}

/** A stop that came while the run waited is the clock's; an interrupted run reports to nobody. */
const toRunOutcome = (outcome: SandboxOutcome): RunOutcome =>
  outcome._tag === "Stopped" ? { _tag: "TimedOut" } : outcome;
