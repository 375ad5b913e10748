import {
  CodeLimitError,
  CodeSyntaxError,
  type PreparedCode,
  prepareCode,
  type TypeStripper,
} from "@executor/kernel/prepare-code";
import type { ConsoleLine, ContentItem, RunOutcome } from "@executor/kernel";
import type { QuickJSHandle } from "quickjs-emscripten-core";
import { SandboxMemoryExhausted } from "../guest/memory.ts";
import type { SandboxAnswer, SandboxCall, SandboxLimits } from "../guest/bridge.ts";
import { GuestThrew } from "../guest/guest-code.ts";
import type { Checks } from "../engine/interrupts.ts";
import type { Engine } from "../engine/engine.ts";
import { codeFile, failureOutcome } from "../guest/errors.ts";

/** Outcome of a run; `Stopped` if the host stopped it. */
export type SandboxOutcome =
  | Exclude<RunOutcome, { readonly _tag: "TimedOut" | "BudgetSpent" }>
  | { readonly _tag: "Stopped" };

export interface SandboxEnd {
  readonly outcome: SandboxOutcome;
  readonly consoleTruncated: boolean;
}

/** Callbacks of a sandbox. The agent's code sees none of this. While it rests, nothing of it computes. */
export interface SandboxHost extends Checks {
  /** Promise jobs between two calls of `shouldStop`. */
  readonly jobsAtOnce?: number;
  /** Starts a call; answered later through `Sandbox.answer`, never from within. */
  readonly onCall: (call: SandboxCall) => void;
  readonly onConsole: (line: ConsoleLine) => void;
  readonly onContent: (item: ContentItem) => void;
  /** The code was prepared or refused, which took this fuel of the `TypeStripper` and asked for no check. */
  readonly onPrepared?: (spentFuel: number) => void;
  /** Computing begins. */
  readonly onTurnStart: () => void;
  /** Computing ends, for now or for good; if it only `rests`, it goes on without an answer. */
  readonly onTurnEnd: (rests: boolean) => void;
  /** Bytes that the memory grew to. */
  readonly onMemory: (bytes: number) => void;
  /** Called once, last. */
  readonly onEnd: (end: SandboxEnd) => void;
}

/** Promise jobs between two calls of `shouldStop`, unless the host sets another number. */
const defaultJobsAtOnce = 500;

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
  /** What waits to be done inside QuickJS, which the code may be suspended in. */
  #actions: Array<() => Promise<void> | void> = [];
  #isInside = false;
  #ended = false;

  /** The engine must be fresh. `toolNames` are the addresses of the tools, one a line. */
  constructor(engine: Engine, limits: SandboxLimits, host: SandboxHost, toolNames = "") {
    this.#engine = engine;
    this.#host = host;
    engine.onGrow = host.onMemory;
    engine.interrupts.checks = {
      shouldStop: host.shouldStop,
      isTurnOver: host.isTurnOver,
      rest: () => this.#rest(),
    };
    const { onCall, onConsole, onContent } = host;
    const onConsoleTruncated = () => {
      this.#consoleTruncated = true;
    };
    engine.bridge.open(limits, { onCall, onConsole, onConsoleTruncated, onContent }, toolNames);
  }

  /** Prepares and starts the code. Called once. */
  start(code: string, stripper: TypeStripper): void {
    this.#enter(async () => {
      const guest = this.#engine.code;
      this.#host.onMemory(this.#engine.memory.bytes);
      try {
        this.#code = prepareCode(code, stripper);
      } finally {
        this.#host.onPrepared?.(stripper.spentFuel);
      }
      const main = await guest.evaluate(`(${this.#code.text})`, codeFile);
      this.#result = await this.#engine.bridge.begin(main);
      main.dispose();
    });
  }

  /** Passes in the answers of tool calls and continues. */
  answer(answers: ReadonlyArray<SandboxAnswer>): void {
    for (const answer of answers) this.#enter(() => this.#engine.bridge.answer(answer));
  }

  /** Checks `shouldStop` now, for a run that only waits. */
  wake(): void {
    this.#enter(() => {});
  }

  /** Does this inside QuickJS, then the promise jobs that follow from it. */
  #enter(action: () => Promise<void> | void): void {
    this.#actions.push(action);
    if (!this.#isInside && !this.#ended) void this.#compute();
  }

  /** Computes until the code has ended or only waits. */
  async #compute(): Promise<void> {
    this.#isInside = true;
    this.#host.onTurnStart();
    let outcome: SandboxOutcome | undefined;
    try {
      outcome = await this.#runJobs();
    } catch (error) {
      outcome = await this.#outcomeOf(error);
    }
    if (outcome !== undefined && this.#host.shouldStop()) outcome = { _tag: "Stopped" };
    this.#host.onTurnEnd(false);
    this.#isInside = false;
    if (outcome !== undefined) this.#end(outcome);
    // An answer may have come after the last look for one.
    else if (this.#actions.length > 0) void this.#compute();
  }

  async #runJobs(): Promise<SandboxOutcome | undefined> {
    const { bridge, code, context, memory } = this.#engine;
    for (;;) {
      if (this.#host.shouldStop()) return { _tag: "Stopped" };
      if (this.#host.isTurnOver()) {
        await this.#rest();
        continue;
      }
      const action = this.#actions.shift();
      if (action !== undefined) {
        await action();
        continue;
      }
      if (this.#result === undefined) return undefined;
      const state = context.getPromiseState(this.#result);
      if (state.type === "fulfilled") return this.#completed(state.value);
      if (state.type === "rejected") return this.#failed(state.error);
      if (!context.runtime.hasPendingJob()) break;
      await code.runJobs(this.#host.jobsAtOnce ?? defaultJobsAtOnce);
    }
    // A job for which there was no memory never runs, and code that awaits it waits forever.
    const isStuck = memory.isExhausted && !bridge.hasCallsInFlight();
    return isStuck ? { _tag: "OutOfMemory" } : undefined;
  }

  /** Lets others of the thread have their turn. */
  async #rest(): Promise<void> {
    this.#host.onTurnEnd(true);
    await this.#host.rest();
    this.#host.onTurnStart();
  }

  async #completed(value: QuickJSHandle): Promise<SandboxOutcome> {
    const output = await this.#engine.bridge.finish(value);
    value.dispose();
    return { _tag: "Completed", output };
  }

  #failed(error: QuickJSHandle): Promise<SandboxOutcome> {
    return failureOutcome(this.#engine.bridge, error, this.#code);
  }

  /** The outcome of an error that was thrown on the host's side of a turn. */
  async #outcomeOf(error: unknown): Promise<SandboxOutcome> {
    if (!(error instanceof GuestThrew)) return this.#hostFailure(error);
    try {
      return await this.#failed(error.error);
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
