import type { ConsoleLine, RunOutcome, RunRequest, RunResult, RunState } from "@executor/kernel";
import { type Engine, Sandbox, type SandboxAnswer, type SandboxCall } from "./index.ts";
import { RunClock } from "./run-clock.ts";

/** They take about as long as the few thousand instructions between two other checks. */
const jobsAtOnce = 16;

/** What bounds the computing of a run. */
export interface ComputingLimits {
  readonly maxComputingMs: number;
  readonly maxChecks: number;
}

/** One run in a sandbox of this thread: its clocks, its console and its end. */
export class InProcessRun {
  readonly #request: RunRequest;
  readonly #sandbox: Sandbox;
  readonly #limits: ComputingLimits;
  readonly #console: Array<ConsoleLine> = [];
  readonly clock: RunClock;
  #checks = 0;
  #cpuMs = 0;
  #turnStart: number | undefined;
  #memoryBytes = 0;
  #isComputing = false;
  #isStopped = false;
  #hasComputedTooLong = false;
  #hasEnded = false;

  constructor(
    engine: Engine,
    request: RunRequest,
    limits: ComputingLimits,
    startCall: (call: SandboxCall) => void,
    onEnd: (result: RunResult) => void,
  ) {
    this.#request = request;
    this.#limits = limits;
    this.#sandbox = new Sandbox(engine, request.limits, {
      shouldStop: () => this.#shouldStop(),
      jobsAtOnce,
      onCall: (call) => queueMicrotask(() => startCall(call)),
      onConsole: (line) => this.#console.push(line),
      onEnter: () => {
        this.#isComputing = true;
        this.#turnStart = performance.now();
      },
      onLeave: (goesOn) => {
        this.#cpuMs = this.#computedMs();
        this.#turnStart = undefined;
        this.#isComputing = goesOn;
      },
      onMemory: (bytes) => {
        this.#memoryBytes = bytes;
      },
      onEnd: ({ outcome, consoleTruncated }) => {
        this.#hasEnded = true;
        this.clock.stop();
        onEnd({
          outcome: outcome._tag === "Stopped" ? this.#stopped() : outcome,
          console: this.#console,
          consoleTruncated,
          cpuTimeSeconds: this.#cpuMs / 1000,
          memoryPeakBytes: this.#memoryBytes,
        });
      },
      defer: (next) => setTimeout(next),
    });
    this.clock = new RunClock(
      request.limits.wallTimeMs,
      () => this.#computedMs(),
      () => this.cancel(),
    );
  }

  start(): void {
    this.#request.onStart?.(() => this.#state());
    this.#sandbox.start(this.#request.code);
  }

  answer(answer: SandboxAnswer): void {
    if (!this.#hasEnded) this.#sandbox.answer([answer]);
  }

  /** Stops the code for good. */
  cancel(): void {
    this.#isStopped = true;
    if (!this.#hasEnded) this.#sandbox.wake();
  }

  #shouldStop(): boolean {
    const { maxChecks, maxComputingMs } = this.#limits;
    this.#checks += 1;
    this.#hasComputedTooLong ||= this.#checks > maxChecks || this.#computedMs() > maxComputingMs;
    return this.#isStopped || this.#hasComputedTooLong;
  }

  #computedMs(): number {
    return this.#cpuMs + (this.#turnStart === undefined ? 0 : performance.now() - this.#turnStart);
  }

  #stopped(): RunOutcome {
    if (!this.#hasComputedTooLong) return { _tag: "TimedOut" };
    return {
      _tag: "TimedOut",
      message:
        "The code computed for longer than one execution may. Compute less in one execution.",
    };
  }

  #state(): RunState {
    return {
      console: this.#console,
      cpuTimeSeconds: this.#computedMs() / 1000,
      memoryPeakBytes: this.#memoryBytes,
      isComputing: this.#isComputing,
    };
  }
}
