import type { ConsoleLine, RunResult, RunState } from "@executor/kernel";
import { ActiveTime } from "@executor/sdk";
import type { ElicitationResult } from "@executor/sdk";
import { Effect } from "effect";
import type { DateTime, Deferred, Exit } from "effect";
import { ConsoleEntry, Execution, ExecutionId } from "../execution.ts";
import type { PendingApproval } from "../execution.ts";
import type { Verdict } from "./outcome.ts";
import type { Place } from "./run-slots.ts";
import type { ExecutionRequest } from "../requests.ts";

/** A question that waits for `Executions.resume`. */
export interface OpenQuestion {
  readonly approval: PendingApproval;
  readonly answer: Deferred.Deferred<ElicitationResult>;
}

/** A tool call under way. */
export interface LiveCall {
  /** Questions that it waits for. */
  questions: number;
}

/**
 * A run counts as waiting for people only where that was seen so often in a row, so many milliseconds apart. Once does not do:
 * on a busy machine a call that the sandbox has made may not have arrived yet.
 */
const quietLooks = 2;
const lookMs = 10;

/** Milliseconds that a caller waits for a run's other calls once a person is asked. */
const patienceMs = 1_000;

/**
 * One run that has begun and not ended. It is paused once a person is asked and nothing else goes on in it: it then gives
 * its place back, and whoever waits for the run is told. Calls that take long delay that only for a moment.
 */
export class LiveRun {
  readonly id = ExecutionId.make(`exec_${crypto.randomUUID().replaceAll("-", "")}`);
  readonly time = new ActiveTime();
  readonly open = new Map<string, OpenQuestion>();
  readonly request: ExecutionRequest;
  readonly startedAt: DateTime.Utc;
  readonly place: Place;
  /** Whether it was paused: from then on it depends on no caller, and asks nobody inline. */
  isDetached = false;
  observe: (() => RunState) | undefined;
  readonly #calls = new Set<LiveCall>();
  readonly #listeners = new Set<(news: "paused" | Exit.Exit<Execution>) => void>();
  #toolCalls = 0;
  #waiting = 0;
  #quietLooks = 0;
  #end: Exit.Exit<Execution> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tellBy = 0;

  constructor(request: ExecutionRequest, startedAt: DateTime.Utc, place: Place) {
    this.request = request;
    this.startedAt = startedAt;
    this.place = place;
  }

  beginCall(): LiveCall {
    const call: LiveCall = { questions: 0 };
    this.#toolCalls++;
    this.#calls.add(call);
    return call;
  }

  endCall(call: LiveCall): void {
    this.#calls.delete(call);
    this.#look();
  }

  /** Whether one of its calls waits for a person. */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  beginQuestion(call: LiveCall): void {
    if (this.#waiting === 0) this.#tellBy = performance.now() + patienceMs;
    call.questions++;
    this.#waiting++;
    this.#look();
  }

  endQuestion(call: LiveCall): void {
    call.questions--;
    this.#waiting--;
    this.#look();
  }

  /** Lets a question be answered by `Executions.resume`. */
  openQuestion(question: OpenQuestion): void {
    this.open.set(question.approval.id, question);
    this.#look();
  }

  /** The end, or `paused` where people must answer first. */
  readonly news: Effect.Effect<Execution | "paused"> = Effect.async((resume) => {
    if (this.#end !== undefined) return resume(this.#end);
    const listener = (news: "paused" | Exit.Exit<Execution>) =>
      resume(news === "paused" ? Effect.succeed(news) : news);
    this.#listeners.add(listener);
    this.#tellBy = performance.now() + patienceMs;
    this.#look();
    return Effect.sync(() => this.#listeners.delete(listener));
  });

  end(exit: Exit.Exit<Execution>): void {
    clearTimeout(this.#timer);
    this.#end = exit;
    this.place.leave();
    this.#tell(exit);
  }

  /** As it stands now, or with its end. */
  toExecution(end?: Verdict, result?: RunResult): Execution {
    const { code, trigger } = this.request;
    const approvals = end === undefined ? [...this.open.values()].map((one) => one.approval) : [];
    return new Execution(
      {
        id: this.id,
        trigger,
        code,
        startedAt: this.startedAt,
        durationMs: this.time.elapsedMs(),
        toolCalls: this.#toolCalls,
        status: end?.status ?? (approvals.length > 0 ? "paused" : "running"),
        output: end?.output ?? null,
        error: end?.error ?? null,
        console: (result ?? this.observe?.())?.console.map(toEntry) ?? [],
        consoleTruncated: result?.consoleTruncated ?? false,
        approvals,
      },
      { disableValidation: true },
    );
  }

  /** Something happened: looks, once nothing more does for a while, whether people are all that it waits for. */
  #look(): void {
    this.#quietLooks = 0;
    this.#lookLater();
  }

  #lookLater(): void {
    clearTimeout(this.#timer);
    if (this.#waiting === 0 || this.#end !== undefined) return;
    this.#timer = setTimeout(() => {
      const isQuiet =
        [...this.#calls].every(({ questions }) => questions > 0) &&
        this.observe?.().isComputing !== true;
      this.#quietLooks = isQuiet ? this.#quietLooks + 1 : 0;
      const isPaused = this.#quietLooks >= quietLooks;
      if (isPaused) this.place.giveBack();
      else this.#lookLater();
      if (this.open.size > 0 && (isPaused || performance.now() >= this.#tellBy)) {
        this.#tell("paused");
      }
    }, lookMs);
  }

  #tell(news: "paused" | Exit.Exit<Execution>): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(news);
  }
}

const toEntry = (line: ConsoleLine) => new ConsoleEntry(line, { disableValidation: true });
