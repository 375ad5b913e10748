import type { ConsoleLine, RunResult, RunState } from "@executor/kernel";
import { ActiveTime, toolkitOf } from "@executor/sdk";
import type {
  Actor,
  ElicitationRequest,
  ElicitationResult,
  ElicitationUnavailable,
  Progress,
  Scope,
} from "@executor/sdk";
import { type DateTime, type Deferred, Effect, type Exit } from "effect";
import { contentBlocks, toldContent } from "../content/told-content.ts";
import { DeliveredExecution } from "../delivered-execution.ts";
import { ConsoleEntry, ExecutionId, unknownCaller } from "../schemas.ts";
import type { ExecutionCaller, ExecutionTrigger, PendingApproval } from "../schemas.ts";
import type { TerminalState } from "./outcome.ts";
import type { Slot } from "./run-slots.ts";

/** A caller that waits for a run: how it is asked, and what it is told. A paused run has none. */
export interface Attendant {
  /** Asks inline (an MCP client with elicitation). Without it, or where it fails, the run pauses. */
  readonly elicit?:
    | ((request: ElicitationRequest) => Effect.Effect<ElicitationResult, ElicitationUnavailable>)
    | undefined;
  /** Receives each tool call as it begins, by the name in the code. */
  readonly onToolCall?: ((address: string) => Effect.Effect<void>) | undefined;
  /** Receives progress of the call of the tool at `address`. */
  readonly onProgress?: ((address: string, progress: Progress) => Effect.Effect<void>) | undefined;
}

export interface ExecutionRequest extends Attendant {
  readonly code: string;
  readonly trigger: ExecutionTrigger;
  /** Told in the history; it decides nothing. */
  readonly caller?: ExecutionCaller | undefined;
  /** Milliseconds of wall time, if less than the limit. */
  readonly timeoutMs?: number | undefined;
  /** Caller that may resume it: the operator for the API and the CLI of a local daemon, a client for an MCP session. */
  readonly owner: Actor;
}

/** A question that waits for `Executions.resume`. */
export interface OpenQuestion {
  readonly approval: PendingApproval;
  readonly answer: Deferred.Deferred<ElicitationResult>;
}

/** A tool call under way. */
export interface LiveCall {
  /** Number of questions that it waits for. */
  questions: number;
}

type StatusChange = "paused" | Exit.Exit<DeliveredExecution>;

/**
 * Number of idle checks in a row, so many milliseconds apart, after which a run counts as waiting only for people. One is not
 * enough: on a busy machine a call that the sandbox has made may not have arrived yet.
 */
const idleChecks = 2;
const idleCheckMs = 10;

/** Milliseconds that a caller waits for a run's other calls after a person is asked. */
const maxPauseDelayMs = 1_000;

/**
 * One run that has begun and not ended. It is paused when it waits for people and nothing else happens in it: it then releases
 * its slot, and its caller is notified. Long calls delay that only for a moment.
 */
export class LiveRun {
  readonly id = ExecutionId.make(`exec_${crypto.randomUUID().replaceAll("-", "")}`);
  readonly time = new ActiveTime();
  readonly openQuestions = new Map<string, OpenQuestion>();
  /** The caller on which it depends; `undefined` once it was paused, until somebody answers and waits. */
  attendant: Attendant | undefined;
  /** Number of callers that wait and on which it depends. */
  waitingCallers = 0;
  /** Ends it early. */
  cancel: Effect.Effect<void> = Effect.void;
  observe: (() => RunState) | undefined;
  readonly #calls = new Set<LiveCall>();
  readonly #listeners = new Set<(change: StatusChange) => void>();
  #toolCalls = 0;
  #waiting = 0;
  #idleChecks = 0;
  #end: Exit.Exit<DeliveredExecution> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notifyBy = 0;

  constructor(
    readonly request: ExecutionRequest,
    /** The tools that exist for its code and for whoever answers its questions. */
    readonly scope: Scope,
    readonly startedAt: DateTime.Utc,
    readonly slot: Slot,
  ) {
    this.attendant = request;
  }

  beginCall(): LiveCall {
    const call: LiveCall = { questions: 0 };
    this.#toolCalls++;
    this.#calls.add(call);
    return call;
  }

  endCall(call: LiveCall): void {
    this.#calls.delete(call);
    this.#checkIdle();
  }

  /** Whether one of its calls waits for a person. */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  beginQuestion(call: LiveCall): void {
    if (this.#waiting === 0) this.#notifyBy = performance.now() + maxPauseDelayMs;
    call.questions++;
    this.#waiting++;
    this.#checkIdle();
  }

  endQuestion(call: LiveCall): void {
    call.questions--;
    this.#waiting--;
    this.#checkIdle();
  }

  /** Makes a question available to `Executions.resume`. */
  openQuestion(question: OpenQuestion): void {
    this.openQuestions.set(question.approval.id, question);
    this.#checkIdle();
  }

  /** Waits for the end of the run, or for `paused`: people must answer first. */
  readonly statusChange: Effect.Effect<DeliveredExecution | "paused"> = Effect.async((resume) => {
    if (this.#end !== undefined) return resume(this.#end);
    const listener = (change: StatusChange) =>
      resume(change === "paused" ? Effect.succeed(change) : change);
    this.#listeners.add(listener);
    this.#notifyBy = performance.now() + maxPauseDelayMs;
    this.#checkIdle();
    return Effect.sync(() => this.#listeners.delete(listener));
  });

  end(exit: Exit.Exit<DeliveredExecution>): void {
    clearTimeout(this.#timer);
    this.#end = exit;
    this.slot.end();
    this.#notify(exit);
  }

  /** The execution in its current state, or in its final state if `end` is given. */
  toExecution(end?: TerminalState, result?: RunResult): DeliveredExecution {
    const blocks = contentBlocks(result?.content ?? []);
    const { caller = unknownCaller, code, trigger } = this.request;
    const approvals =
      end === undefined ? [...this.openQuestions.values()].map(({ approval }) => approval) : [];
    return DeliveredExecution.of(
      {
        id: this.id,
        trigger,
        caller,
        toolkit: toolkitOf(this.scope),
        code,
        startedAt: this.startedAt,
        durationMs: this.time.elapsedMs(),
        toolCalls: this.#toolCalls,
        status: end?.status ?? (approvals.length > 0 ? "paused" : "running"),
        output: end?.output ?? null,
        error: end?.error ?? null,
        console: (result ?? this.observe?.())?.console.map(toEntry) ?? [],
        consoleTruncated: result?.consoleTruncated ?? false,
        content: blocks.map(toldContent),
        approvals,
      },
      blocks,
    );
  }

  /** Called after every event: once no more follow for a while, checks whether the run waits only for people. */
  #checkIdle(): void {
    this.#idleChecks = 0;
    this.#scheduleIdleCheck();
  }

  #scheduleIdleCheck(): void {
    clearTimeout(this.#timer);
    if (this.#waiting === 0 || this.#end !== undefined) return;
    this.#timer = setTimeout(() => {
      const isIdle =
        [...this.#calls].every(({ questions }) => questions > 0) &&
        this.observe?.().isComputing !== true;
      this.#idleChecks = isIdle ? this.#idleChecks + 1 : 0;
      const isPaused = this.#idleChecks >= idleChecks;
      if (isPaused) this.slot.release();
      else this.#scheduleIdleCheck();
      if (this.openQuestions.size > 0 && (isPaused || performance.now() >= this.#notifyBy)) {
        this.#notify("paused");
      }
    }, idleCheckMs);
  }

  #notify(change: StatusChange): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(change);
  }
}

const toEntry = (line: ConsoleLine) => new ConsoleEntry(line, { disableValidation: true });
