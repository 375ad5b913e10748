import { CodeRunner, ComputingBudget } from "@executor/kernel";
import { type Scope, toolkitOf, Tools, ToolScope } from "@executor/sdk";
import { Cause, Context, DateTime, Effect, Exit, Fiber, FiberSet, Layer } from "effect";
import { answerQuestion, answerRound, recordDecision } from "./approvals/questions.ts";
import type { ResumeRequest, RoundRequest } from "./approvals/questions.ts";
import { DeliveredExecution } from "./delivered-execution.ts";
import { executionRefusals } from "./metrics.ts";
import { History } from "./history.ts";
import { Limits } from "./limits.ts";
import { type ExecutionRequest, LiveRun } from "./run/live-run.ts";
import {
  broken,
  cancelled,
  measureThreads,
  recordEnd,
  recordInterrupted,
  recordOutcome,
  recordUse,
  terminalState,
} from "./run/outcome.ts";
import { RunSlots, type Slot } from "./run/run-slots.ts";
import { ComputingBudgetSpent, ExecutionEnded, ExecutionSummary } from "./schemas.ts";
import type {
  ApprovalNotFound,
  Execution,
  ExecutionNotFound,
  InvalidAnswer,
  NotTheOwner,
  TooManyExecutions,
  UncheckableForm,
} from "./schemas.ts";
import { inExecutionSpan } from "./run/execution-span.ts";
import { toolBridge } from "./tool-bridge.ts";

/**
 * Runs agent code against the tools, asks people if that is needed, and remembers the result. Within a toolkit, executions of others
 * do not exist.
 */
export class Executions extends Context.Tag("@executor/execution/Executions")<
  Executions,
  {
    /**
     * Runs code until it has ended in any way, or waits for people's answers (status `paused`); the history has stored it before
     * this returns. Interrupting it cancels the run. A paused run no longer depends on its caller.
     */
    readonly run: (
      request: ExecutionRequest,
    ) => Effect.Effect<DeliveredExecution, TooManyExecutions | ComputingBudgetSpent>;
    /** Answers one question; the tool call continues where it waited. Returns as `run` does. */
    readonly resume: (
      request: ResumeRequest,
    ) => Effect.Effect<
      DeliveredExecution,
      | ExecutionNotFound
      | ApprovalNotFound
      | ExecutionEnded
      | NotTheOwner
      | InvalidAnswer
      | UncheckableForm
    >;
    /**
     * Answers the questions of a round, and waits as `run` does: interrupting it cancels the run, unless others wait for it too.
     * Harmless to repeat: answers to questions that are no longer open change nothing, and an execution that has ended is returned
     * as it ended, but its content blocks only once.
     */
    readonly answer: (
      request: RoundRequest,
    ) => Effect.Effect<DeliveredExecution, ExecutionNotFound | NotTheOwner>;
    readonly get: (id: string) => Effect.Effect<Execution, ExecutionNotFound>;
    /** Lists at most `limit` executions, those under way too, newest first; only those of a toolkit, if one is named. */
    readonly list: (
      limit: number,
      toolkit?: string,
    ) => Effect.Effect<ReadonlyArray<ExecutionSummary>>;
  }
>() {
  static readonly layerWithoutHistory = Layer.scoped(
    Executions,
    Effect.suspend(() => make),
  );
  static readonly layer = Layer.provide(Executions.layerWithoutHistory, History.layer);
}

const make = Effect.gen(function* () {
  const runner = yield* CodeRunner;
  const history = yield* History;
  const limits = yield* Limits;
  const callTool = yield* toolBridge;
  const tools = yield* Tools;
  const fibers = yield* FiberSet.make<void>();
  const slots = new RunSlots(limits);
  const budget = yield* ComputingBudget;
  const runs = new Map<string, LiveRun>();
  yield* measureThreads(runner);

  (yield* history.endUnfinished).forEach(recordLeft);

  const runToCompletion = Effect.fnUntraced(function* (run: LiveRun) {
    const { code, timeoutMs } = run.request;
    const wallTimeMs = Math.min(timeoutMs ?? limits.wallTimeMs, limits.wallTimeMs);
    yield* history.begin(run.toExecution());
    const toolNames = yield* tools.names;
    const exit = yield* runner
      .run({
        code,
        limits: { ...limits, wallTimeMs },
        callTool: callTool(run),
        toolNames,
        onStart: (observe) => {
          run.observe = observe;
        },
      })
      .pipe(Effect.interruptible, Effect.exit);
    const result = Exit.isSuccess(exit) ? exit.value : undefined;
    const end = Exit.match(exit, {
      onSuccess: ({ outcome }) => terminalState(outcome, { ...limits, wallTimeMs }),
      onFailure: (cause) => (Cause.isInterrupted(cause) ? cancelled : broken),
    });
    if (Exit.isFailure(exit) && !Exit.isInterrupted(exit)) {
      yield* Effect.logError("The sandbox could not run the code.", exit.cause);
    }
    const execution = run.toExecution(end, result);
    const ended = Effect.sync(() => {
      runs.delete(run.id);
      recordEnd(execution);
      const use = result ?? run.observe?.();
      if (use !== undefined) recordUse(runner.runtime, use);
      if (result !== undefined) recordOutcome(result.outcome);
    });
    // Whoever sees the count finds the end in the history.
    yield* Effect.ensuring(history.save(execution), ended);
    return execution;
  });

  const start = (run: LiveRun) =>
    runToCompletion(run).pipe(
      inExecutionSpan(run),
      Effect.annotateLogs({ executionId: run.id }),
      Effect.exit,
      Effect.map((exit) => {
        runs.delete(run.id);
        run.end(exit);
      }),
      Effect.uninterruptible,
      FiberSet.run(fibers),
      // The layer's scope was closed meanwhile.
      Effect.onError((cause) => Effect.sync(() => run.end(Exit.failCause(cause)))),
    );

  /** Stores the run as paused: from then on it waits for people and depends on no caller. */
  const detach = Effect.fnUntraced(function* (run: LiveRun) {
    const execution = run.toExecution();
    // An answer or the timeout may have come at this very moment.
    if (execution.status !== "paused") return undefined;
    yield* history.save(execution);
    run.attendant = undefined;
    return execution;
  });

  /** Waits until the run is paused or has ended. */
  const pausedOrEnded = Effect.fnUntraced(function* (run: LiveRun) {
    for (;;) {
      const execution = yield* Effect.uninterruptibleMask((restore) =>
        Effect.filterOrElse(
          restore(run.statusChange),
          (change) => change !== "paused",
          () => detach(run),
        ),
      );
      if (execution !== undefined) return execution;
    }
  });

  /** Waits as a caller on which the run depends. Needs an uninterruptible region. */
  const attend = (live: LiveRun) =>
    Effect.suspend(() => {
      live.waitingCallers++;
      return pausedOrEnded(live).pipe(
        Effect.interruptible,
        Effect.ensuring(Effect.sync(() => live.waitingCallers--)),
        Effect.onError(() =>
          live.attendant === undefined || live.waitingCallers > 0 ? Effect.void : live.cancel,
        ),
      );
    });

  const run = Effect.fn("Executions.run")(function* (request: ExecutionRequest) {
    const slot = yield* admit(slots, budget);
    const live = new LiveRun(request, yield* ToolScope, yield* DateTime.now, slot);
    runs.set(live.id, live);
    const fiber = yield* start(live);
    live.cancel = Effect.asVoid(Fiber.interrupt(fiber));
    return yield* attend(live);
  }, Effect.uninterruptible);

  /** The run with this id, unless it has ended. Fails where it does not exist in the scope. */
  const underWay = (id: string) =>
    Effect.filterOrElse(
      Effect.sync(() => runs.get(id)),
      (live) => live === undefined,
      (live) =>
        Effect.flatMap(ToolScope, (scope) =>
          exists(scope, toolkitOf(live.scope)) ? Effect.succeed(live) : history.notFound(id),
        ),
    );

  const resume = Effect.fn("Executions.resume")(function* (request: ResumeRequest) {
    const live = yield* underWay(request.id);
    if (live === undefined) {
      return yield* new ExecutionEnded({ message: endMessage(yield* get(request.id)) });
    }
    yield* answerQuestion(live, request);
    return yield* pausedOrEnded(live);
  });

  const answer = Effect.fn("Executions.answer")(function* (request: RoundRequest) {
    const live = yield* underWay(request.id);
    if (live === undefined) return DeliveredExecution.of(yield* get(request.id), []);
    yield* answerRound(live, request);
    live.attendant = request;
    return yield* attend(live);
  }, Effect.uninterruptible);

  /** The current state of an execution that is under way: the history has it as it was when it began or paused. */
  const current = (id: string): Execution | undefined => runs.get(id)?.toExecution();

  const get = (id: string) =>
    Effect.gen(function* () {
      const execution = current(id) ?? (yield* history.get(id));
      if (exists(yield* ToolScope, execution.toolkit)) return execution;
      return yield* history.notFound(id);
    });

  const list = (limit: number, toolkit?: string) =>
    Effect.map(
      Effect.flatMap(ToolScope, (scope) => history.list(limit, toolkitOf(scope) ?? toolkit)),
      (stored) =>
        stored.map((summary) => {
          const execution = current(summary.id);
          return execution === undefined
            ? summary
            : new ExecutionSummary(execution, { disableValidation: true });
        }),
    );

  return { run, resume, answer, get, list };
});

/** Whether an execution of this toolkit exists in the scope: everything has those of all, a toolkit its own. */
const exists = (scope: Scope, toolkit: string | null): boolean =>
  scope._tag === "Everything" || scope.name === toolkit;

/** Waits for a slot, and counts a refusal. */
const admit = (slots: RunSlots, budget: ComputingBudget["Type"]) =>
  Effect.suspend((): Effect.Effect<Slot, TooManyExecutions | ComputingBudgetSpent> => {
    const retryAfterSeconds = budget.retryAfterSeconds();
    if (retryAfterSeconds === 0) return slots.acquire;
    return new ComputingBudgetSpent({
      message: `The computing of this hour is used up. Run code again in ${retryAfterSeconds} s.`,
      retryAfterSeconds,
    });
  }).pipe(
    Effect.tapError(({ _tag }) =>
      Effect.sync(() => {
        const reason = _tag === "TooManyExecutions" ? "queue_full" : "computing_budget";
        executionRefusals.add(1, { reason });
      }),
    ),
  );

const maxReasonChars = 500;

const endMessage = ({ id, status, error }: Execution): string => {
  const reason = error === null ? "" : ` ${error.message.slice(0, maxReasonChars)}`;
  return `The execution ${id} waits for no answer: it has ended as ${status}.${reason}`;
};

/** Records an execution that an earlier process left under way, and its questions. */
const recordLeft = (execution: Execution): void => {
  recordInterrupted(execution);
  for (const { askedAt } of execution.approvals) {
    recordDecision("cancel", Math.max(0, Date.now() - askedAt.epochMillis) / 1000);
  }
};
