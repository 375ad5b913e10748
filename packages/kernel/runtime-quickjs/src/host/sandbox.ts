import {
  CodeLimitError,
  CodeSyntaxError,
  type PreparedCode,
  prepareCode,
  type TypeStripper,
} from "@executor/kernel/prepare-code";
import type { ConsoleLine, RunOutcome } from "@executor/kernel";
import type { QuickJSHandle } from "quickjs-emscripten-core";
import { SandboxMemoryExhausted } from "../guest/memory.ts";
import {
  GuestThrew,
  type SandboxAnswer,
  type SandboxCall,
  type SandboxLimits,
} from "../guest/bridge.ts";
import type { Engine } from "../engine/engine.ts";
import { codeFile, failureOutcome } from "../guest/errors.ts";

/** Outcome of a run; `Stopped` if the host stopped it. */
export type SandboxOutcome =
  | Exclude<RunOutcome, { readonly _tag: "TimedOut" }>
  | { readonly _tag: "Stopped" };

export interface SandboxEnd {
  readonly outcome: SandboxOutcome;
  readonly consoleTruncated: boolean;
}

/** Callbacks of a sandbox. The agent's code sees none of this. */
export interface SandboxHost {
  /** Called every few thousand instructions; `true` ends the run. */
  readonly shouldStop: () => boolean;
  /** Promise jobs between two calls of `shouldStop`. */
  readonly jobsAtOnce?: number;
  /** Starts a call; answered later through `Sandbox.answer`, never from within. */
  readonly onCall: (call: SandboxCall) => void;
  readonly onConsole: (line: ConsoleLine) => void;
  /** Computing begins. */
  readonly onTurnStart: () => void;
  /** Computing ends, for now or for good; `continues` if it was only deferred and needs no answer to continue. */
  readonly onTurnEnd: (continues: boolean) => void;
  /** Bytes that the memory grew to. */
  readonly onMemory: (bytes: number) => void;
  /** Called once, last. */
  readonly onEnd: (end: SandboxEnd) => void;
  /** Calls `next` later, after the host has had a turn. */
  readonly defer: (next: () => void) => void;
}

/** Promise jobs between two calls of `shouldStop`, unless the host sets another number. */
const defaultJobsAtOnce = 500;
/** Milliseconds of promise jobs before the host gets a turn. */
const turnMs = 20;

/**
 * Runs one piece of code in one QuickJS instance, in the caller's own thread. Uses no workers and no platform APIs, so a
 * platform without threads can run it; there `shouldStop` must check a clock.
 *
 * The instance is dropped and never freed: its memory is collected as one piece, and no destructor walks through structures
 * that hostile code built.
 */
export class Sandbox {
  readonly #engine: Engine;
  readonly #host: SandboxHost;
  #result: QuickJSHandle | undefined;
  #code: PreparedCode | undefined;
  #consoleTruncated = false;
  #isDeferred = false;
  #ended = false;

  /** The engine must be fresh. */
  constructor(engine: Engine, limits: SandboxLimits, host: SandboxHost) {
    this.#engine = engine;
    this.#host = host;
    engine.onGrow = host.onMemory;
    engine.shouldStop = host.shouldStop;
    engine.bridge.open(limits, {
      onCall: host.onCall,
      onConsole: host.onConsole,
      onConsoleTruncated: () => {
        this.#consoleTruncated = true;
      },
    });
  }

  /** Prepares and starts the code. Called once. */
  start(code: string, stripper: TypeStripper): void {
    this.#turn(() => {
      const { context, memory } = this.#engine;
      this.#host.onMemory(memory.bytes);
      this.#code = prepareCode(code, stripper);
      const main = unwrap(context.evalCode(`(${this.#code.text})`, codeFile));
      this.#result = main.consume((handle) =>
        unwrap(context.callFunction(handle, context.undefined)),
      );
    });
  }

  /** Passes in the answers of tool calls and continues. */
  answer(answers: ReadonlyArray<SandboxAnswer>): void {
    this.#turn(() => {
      for (const answer of answers) this.#engine.bridge.answer(answer);
    });
  }

  /** Checks `shouldStop` now, for a run that only waits. */
  wake(): void {
    this.#turn(() => {});
  }

  /** Runs an action inside QuickJS, then the promise jobs that follow from it. */
  #turn(action: () => void): void {
    if (this.#ended) return;
    this.#host.onTurnStart();
    let outcome: SandboxOutcome | undefined;
    try {
      action();
      outcome = this.#runJobs();
    } catch (error) {
      outcome = this.#outcomeOf(error);
    }
    if (outcome !== undefined && this.#host.shouldStop()) outcome = { _tag: "Stopped" };
    this.#host.onTurnEnd(outcome === undefined && this.#isDeferred);
    if (outcome !== undefined) this.#end(outcome);
  }

  /** Runs promise jobs until the code has ended, only waits, or its turn is over. */
  #runJobs(): SandboxOutcome | undefined {
    const { bridge, context, memory } = this.#engine;
    const result = this.#result;
    if (result === undefined) return undefined;
    const endOfTurn = performance.now() + turnMs;
    for (;;) {
      if (this.#host.shouldStop()) return { _tag: "Stopped" };
      const state = context.getPromiseState(result);
      if (state.type === "fulfilled") return this.#completed(state.value);
      if (state.type === "rejected") return this.#failed(state.error);
      if (!context.runtime.hasPendingJob()) break;
      if (performance.now() > endOfTurn) {
        this.#defer();
        return undefined;
      }
      const jobs = context.runtime.executePendingJobs(this.#host.jobsAtOnce ?? defaultJobsAtOnce);
      if (jobs.error) jobs.error.dispose();
    }
    // A job for which there was no memory never runs, and code that awaits it waits forever.
    const isStuck = memory.isExhausted && !bridge.hasCallsInFlight();
    return isStuck ? { _tag: "OutOfMemory" } : undefined;
  }

  #defer(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#host.defer(() => {
      this.#isDeferred = false;
      this.#turn(() => {});
    });
  }

  #completed(value: QuickJSHandle): SandboxOutcome {
    const output = this.#engine.bridge.finish(value);
    value.dispose();
    return { _tag: "Completed", output };
  }

  #failed(error: QuickJSHandle): SandboxOutcome {
    return failureOutcome(this.#engine.bridge, error, this.#code);
  }

  /** The outcome of an error that was thrown on the host's side of a turn. */
  #outcomeOf(error: unknown): SandboxOutcome {
    if (!(error instanceof GuestThrew)) return this.#hostFailure(error);
    try {
      return this.#failed(error.error);
    } catch (failure) {
      return this.#hostFailure(failure);
    }
  }

  #hostFailure(error: unknown): SandboxOutcome {
    if (error instanceof CodeSyntaxError || error instanceof CodeLimitError) {
      return { _tag: "Failed", name: error.name, message: error.message };
    }
    if (error instanceof SandboxMemoryExhausted || this.#engine.memory.isExhausted) {
      return { _tag: "OutOfMemory" };
    }
    const message =
      error instanceof RangeError
        ? "The code overflowed the sandbox's stack. Nest it less deeply."
        : `The sandbox broke: ${error instanceof Error ? error.message : String(error)}`;
    return { _tag: "Crashed", message };
  }

  #end(outcome: SandboxOutcome): void {
    this.#ended = true;
    this.#host.onEnd({ outcome, consoleTruncated: this.#consoleTruncated });
  }
}

const unwrap = (
  result:
    | { readonly error: QuickJSHandle }
    | { readonly error?: undefined; readonly value: QuickJSHandle },
): QuickJSHandle => {
  if (result.error) throw new GuestThrew(result.error);
  return result.value;
};
