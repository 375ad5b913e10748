import {
  type RunRequest,
  type RunResult,
  type ToolAnswer,
  type ToolCallFailure,
  WallClock,
} from "@executor/kernel";
import { Cause, Effect, Exit, FiberSet, Option } from "effect";
import type { SandboxAnswer, SandboxCall } from "../guest/bridge.ts";
import type { RunClock } from "./run-clock.ts";

/** A run that has started and calls tools. */
interface CallingRun {
  readonly clock: RunClock | undefined;
  readonly answer: (answer: SandboxAnswer) => void;
  /** Stops the code for good. Resolves when none of it runs any more. */
  readonly cancel: () => void | Promise<void>;
}

/**
 * Starts a run and waits for its result; interrupting it cancels the run. Each tool call is a fiber, which ends with the scope and
 * can pause the run's clock.
 */
export const runWithCalls = Effect.fnUntraced(function* (
  callTool: RunRequest["callTool"],
  start: (startCall: (call: SandboxCall) => void, onEnd: (result: RunResult) => void) => CallingRun,
) {
  let run: CallingRun | undefined;
  const fork = yield* FiberSet.makeRuntime<never, void, never>().pipe(
    // Provided once for all calls: providing it to each of them would double the cost of starting one.
    Effect.provideService(WallClock, {
      pause: Effect.sync(() => run?.clock?.pause()),
      resume: Effect.sync(() => run?.clock?.resume()),
    }),
  );
  const startCall = (call: SandboxCall): void => {
    fork(
      Effect.flatMap(Effect.exit(callTool(call.path, call.inputJson, call.optionsJson)), (exit) => {
        run?.answer(toAnswer(call, exit));
        return logDefect(call, exit);
      }),
    );
  };
  return yield* Effect.async<RunResult>((resume) => {
    const started = start(startCall, (result) => resume(Effect.succeed(result)));
    run = started;
    return Effect.promise(async () => started.cancel());
  });
});

/** Turns the end of a call into its answer to the sandbox. */
const toAnswer = (
  call: SandboxCall,
  exit: Exit.Exit<string | ToolAnswer, ToolCallFailure>,
): SandboxAnswer => {
  if (Exit.isSuccess(exit)) {
    const answer = typeof exit.value === "string" ? { json: exit.value } : exit.value;
    return { id: call.id, succeeded: true, ...answer };
  }
  const failure: ToolCallFailure = Option.getOrElse(Cause.failureOption(exit.cause), () => ({
    message: `The call of tools.${call.path} failed unexpectedly.`,
    outcome: "tool_error",
  }));
  return { id: call.id, succeeded: false, json: failureJson(failure) };
};

/** Every property is written: the sandbox reads a missing one from a prototype, which the code may have changed. */
const failureJson = (failure: ToolCallFailure): string => {
  const { message, outcome, status, headers, data, truncated } = failure;
  return JSON.stringify({
    message,
    outcome,
    status: status ?? null,
    headers: headers ?? null,
    data: data ?? null,
    truncated: truncated ?? null,
  });
};

const logDefect = (call: SandboxCall, exit: Exit.Exit<string | ToolAnswer, ToolCallFailure>) =>
  Exit.isFailure(exit) && Cause.isDie(exit.cause)
    ? Effect.logError("A tool call died", exit.cause).pipe(Effect.annotateLogs({ tool: call.path }))
    : Effect.void;

/** Milliseconds spent on starting calls before other work of the thread gets its turn. */
const turnMs = 3;

/**
 * Starts tool calls as they arrive, for a few milliseconds at a time, and collects their answers into messages: ten thousand
 * calls at once must not block the thread.
 */
export class ToolCalls {
  readonly #start: (call: SandboxCall) => void;
  readonly #send: (answers: ReadonlyArray<SandboxAnswer>) => void;
  #waiting: Array<SandboxCall> = [];
  #answers: Array<SandboxAnswer> = [];
  #endOfTurn: number | undefined;
  #isClosed = false;

  constructor(
    start: (call: SandboxCall) => void,
    send: (answers: ReadonlyArray<SandboxAnswer>) => void,
  ) {
    this.#start = start;
    this.#send = send;
  }

  add(calls: ReadonlyArray<SandboxCall>): void {
    this.#waiting = this.#waiting.concat(calls);
    this.#startSome();
  }

  answer(answer: SandboxAnswer): void {
    if (this.#answers.length === 0) queueMicrotask(() => this.#flush());
    this.#answers.push(answer);
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  /**
   * Starts calls for a few milliseconds in each turn of the event loop, and the rest in the next: calls that are answered at
   * once would otherwise delay requests and timers.
   */
  #startSome(): void {
    if (this.#endOfTurn === undefined) {
      this.#endOfTurn = performance.now() + turnMs;
      setImmediate(() => {
        this.#endOfTurn = undefined;
        if (this.#waiting.length > 0) this.#startSome();
      });
    }
    let started = 0;
    while (started < this.#waiting.length && performance.now() < this.#endOfTurn) {
      const call = this.#waiting[started];
      started++;
      if (call !== undefined) this.#start(call);
    }
    this.#waiting = this.#waiting.slice(started);
  }

  #flush(): void {
    const answers = this.#answers;
    this.#answers = [];
    if (!this.#isClosed) this.#send(answers);
  }
}
