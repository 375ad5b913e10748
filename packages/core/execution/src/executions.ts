import { CodeRunner } from "@executor/kernel";
import { inputCheck } from "@executor/sdk";
import type { ElicitationResult } from "@executor/sdk";
import { Cause, Context, DateTime, Deferred, Effect, Exit, Fiber, FiberSet, Layer } from "effect";
import { ApprovalNotFound, ExecutionEnded, InvalidAnswer, NotTheOwner } from "./errors.ts";
import type { ExecutionNotFound, TooManyExecutions } from "./errors.ts";
import { ExecutionSummary } from "./execution.ts";
import type { Execution } from "./execution.ts";
import { History } from "./history.ts";
import { Limits } from "./limits.ts";
import { LiveRun } from "./run/live-run.ts";
import type { OpenQuestion } from "./run/live-run.ts";
import { broken, cancelled, recordEnd, recordOutcome, recordUse, verdict } from "./run/outcome.ts";
import { Places } from "./run/run-slots.ts";
import { recordDecision } from "./approvals/questions.ts";
import type { ExecutionRequest, ResumeRequest } from "./requests.ts";
import { toolBridge } from "./run/tool-bridge.ts";

/** Runs agent code against the tools, asks people where that is needed, and remembers how it went. */
export class Executions extends Context.Tag("@executor/execution/Executions")<
  Executions,
  {
    /**
     * Runs code until it has ended, whatever the end is, or waits for people's answers (status `paused`); the history has it
     * before this returns. Interrupting it cancels the run. Once paused, the run depends on no caller.
     */
    readonly run: (request: ExecutionRequest) => Effect.Effect<Execution, TooManyExecutions>;
    /** Answers one question; the tool call goes on where it waited. Returns as `run` does: ended, or paused again. */
    readonly resume: (
      request: ResumeRequest,
    ) => Effect.Effect<
      Execution,
      ExecutionNotFound | ApprovalNotFound | ExecutionEnded | NotTheOwner | InvalidAnswer
    >;
    readonly get: (id: string) => Effect.Effect<Execution, ExecutionNotFound>;
    /** The newest first. */
    readonly list: (limit: number) => Effect.Effect<ReadonlyArray<ExecutionSummary>>;
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
  const fibers = yield* FiberSet.make<void>();
  const places = new Places(limits);
  const runs = new Map<string, LiveRun>();

  (yield* history.endPaused).forEach(recordLost);

  const toItsEnd = Effect.fnUntraced(function* (run: LiveRun) {
    const { code, timeoutMs, trigger } = run.request;
    const wallTimeMs = Math.min(timeoutMs ?? limits.wallTimeMs, limits.wallTimeMs);
    const exit = yield* runner
      .run({
        code,
        limits: { ...limits, wallTimeMs },
        callTool: callTool(run),
        onStart: (observe) => {
          run.observe = observe;
        },
      })
      .pipe(Effect.interruptible, Effect.exit);
    const result = Exit.isSuccess(exit) ? exit.value : undefined;
    const end = Exit.match(exit, {
      onSuccess: ({ outcome }) => verdict(outcome, { ...limits, wallTimeMs }),
      onFailure: (cause) => (Cause.isInterrupted(cause) ? cancelled : broken),
    });
    if (Exit.isFailure(exit) && !Exit.isInterrupted(exit)) {
      yield* Effect.logError("The sandbox could not run the code.", exit.cause);
    }
    const execution = run.toExecution(end, result);
    recordEnd({ status: end.status, trigger, durationMs: execution.durationMs });
    const use = result ?? run.observe?.();
    if (use !== undefined) recordUse(runner.runtime, use);
    if (result !== undefined) recordOutcome(result.outcome);
    yield* history.save(execution);
    return execution;
  });

  const start = (run: LiveRun) =>
    toItsEnd(run).pipe(
      Effect.exit,
      Effect.map((exit) => {
        runs.delete(run.id);
        run.end(exit);
      }),
      Effect.uninterruptible,
      FiberSet.run(fibers),
      // The engine was closed meanwhile.
      Effect.onError((cause) => Effect.sync(() => run.end(Exit.failCause(cause)))),
    );

  /** Stores the run as paused: from then on it is its people's, and no caller's. */
  const detach = Effect.fnUntraced(function* (run: LiveRun) {
    const execution = run.toExecution();
    // Somebody answered, or time ran out, at this very moment.
    if (execution.status !== "paused") return undefined;
    yield* history.save(execution);
    run.isDetached = true;
    return execution;
  });

  /** What `run` and `resume` return. */
  const settled = Effect.fnUntraced(function* (run: LiveRun) {
    for (;;) {
      const execution = yield* Effect.uninterruptibleMask((restore) =>
        Effect.filterOrElse(
          restore(run.news),
          (news) => news !== "paused",
          () => detach(run),
        ),
      );
      if (execution !== undefined) return execution;
    }
  });

  const run = Effect.fn("Executions.run")(function* (request: ExecutionRequest) {
    const place = yield* places.enter;
    const live = new LiveRun(request, yield* DateTime.now, place);
    runs.set(live.id, live);
    const fiber = yield* start(live);
    return yield* settled(live).pipe(
      Effect.interruptible,
      Effect.onError(() => (live.isDetached ? Effect.void : Fiber.interrupt(fiber))),
    );
  }, Effect.uninterruptible);

  const resume = Effect.fn("Executions.resume")(function* (request: ResumeRequest) {
    const { id, approvalId, caller } = request;
    const live = runs.get(id);
    if (live === undefined) {
      return yield* new ExecutionEnded({ message: endMessage(yield* history.get(id)) });
    }
    if (caller !== operator && caller !== live.request.owner) {
      return yield* new NotTheOwner({
        message: `The execution ${id} belongs to another client. Only that client or the operator can answer.`,
      });
    }
    const question = live.open.get(approvalId);
    if (question === undefined) return yield* notOpen(live, approvalId);
    const result = yield* resultOf(question, request);
    // Another answer, or the end of its time, may have come first.
    const isFirst = yield* Deferred.succeed(question.answer, result);
    if (!isFirst) return yield* notOpen(live, approvalId);
    live.open.delete(approvalId);
    return yield* settled(live);
  });

  const known = (id: string): LiveRun | undefined => {
    const live = runs.get(id);
    return live?.isDetached === true ? live : undefined;
  };

  return {
    run,
    resume,
    get: (id: string) =>
      Effect.suspend(() => {
        const live = known(id);
        return live === undefined ? history.get(id) : Effect.succeed(live.toExecution());
      }),
    list: (limit: number) =>
      Effect.map(history.list(limit), (stored) =>
        stored.map((summary) => {
          const live = known(summary.id);
          return live === undefined
            ? summary
            : new ExecutionSummary(live.toExecution(), { disableValidation: true });
        }),
      ),
  };
});

/** Whoever may use the daemon itself. */
const operator = "operator";

const notOpen = ({ id, open }: LiveRun, approvalId: string) =>
  new ApprovalNotFound({
    message: `The execution ${id} has no open question ${approvalId.slice(0, 64)}. It was answered already, or nobody answered it in time. Open now: ${[...open.keys()].join(", ") || "none"}.`,
  });

const resultOf = (
  { approval }: OpenQuestion,
  { action, content = {} }: ResumeRequest,
): Effect.Effect<ElicitationResult, InvalidAnswer> => {
  if (action !== "accept" || approval.kind !== "form") return Effect.succeed({ action });
  const problem = inputCheck(approval.requestedSchema, "content")(content);
  return problem === undefined
    ? Effect.succeed({ action, content })
    : new InvalidAnswer({
        message: `The content does not answer the question, which stays open. ${problem}`,
      });
};

const maxReasonChars = 500;

const endMessage = ({ id, status, error }: Execution): string => {
  const reason = error === null ? "" : ` ${error.message.slice(0, maxReasonChars)}`;
  return `The execution ${id} waits for no answer: it has ended as ${status}.${reason}`;
};

/** Counts an execution that an earlier daemon left behind, and its questions. */
const recordLost = (execution: Execution): void => {
  recordEnd({ status: "cancelled", trigger: execution.trigger, durationMs: execution.durationMs });
  for (const { askedAt } of execution.approvals) {
    recordDecision("cancel", Math.max(0, Date.now() - askedAt.epochMillis) / 1000);
  }
};
