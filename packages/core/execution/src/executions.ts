import { CodeRunner } from "@executor/kernel";
import { Cause, Context, DateTime, Effect, Exit, Layer } from "effect";
import type { ExecutionNotFound } from "./errors.ts";
import { TooManyExecutions } from "./errors.ts";
import { ConsoleEntry, Execution, ExecutionId } from "./execution.ts";
import type { ExecutionSummary, ExecutionTrigger } from "./execution.ts";
import { History } from "./history.ts";
import { Limits } from "./limits.ts";
import { executionQueueDuration, executionsActive } from "./metrics.ts";
import { broken, cancelled, recordEnd, verdict } from "./outcome.ts";
import type { Verdict } from "./outcome.ts";
import { toolBridge } from "./tool-bridge.ts";

export interface ExecutionRequest {
  readonly code: string;
  readonly trigger: ExecutionTrigger;
  /** Milliseconds of wall time, where fewer than the limit are wanted. */
  readonly timeoutMs?: number | undefined;
}

/** Runs agent code against the tools, and remembers how it went. */
export class Executions extends Context.Tag("@executor/execution/Executions")<
  Executions,
  {
    /** Runs code to its end, whatever that is; the history has it before this returns. Interrupting it cancels the run. */
    readonly run: (request: ExecutionRequest) => Effect.Effect<Execution, TooManyExecutions>;
    readonly get: (id: string) => Effect.Effect<Execution, ExecutionNotFound>;
    readonly list: (limit: number) => Effect.Effect<ReadonlyArray<ExecutionSummary>>;
  }
>() {
  static readonly layerWithoutHistory = Layer.effect(
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
  const sandboxes = yield* Effect.makeSemaphore(limits.maxRunning);
  let present = 0;

  const runNow = ({ code, trigger, timeoutMs }: ExecutionRequest, askedAt: number) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const startedAt = yield* DateTime.now;
        const started = performance.now();
        executionQueueDuration.record((started - askedAt) / 1000, {});
        const wallTimeMs = Math.min(timeoutMs ?? limits.wallTimeMs, limits.wallTimeMs);
        let toolCalls = 0;
        const run = runner.run({
          code,
          limits: { ...limits, wallTimeMs },
          callTool: (path, inputJson) => {
            toolCalls += 1;
            return callTool(path, inputJson);
          },
        });
        executionsActive.add(1, { state: "running" });
        const exit = yield* Effect.exit(restore(run));
        executionsActive.add(-1, { state: "running" });
        const durationMs = performance.now() - started;

        const result = Exit.isSuccess(exit) ? exit.value : undefined;
        const end: Verdict = Exit.match(exit, {
          onSuccess: ({ outcome }) => verdict(outcome, { ...limits, wallTimeMs }),
          onFailure: (cause) => (Cause.isInterrupted(cause) ? cancelled : broken),
        });
        const execution = new Execution(
          {
            id: newId(),
            trigger,
            code,
            startedAt,
            durationMs,
            toolCalls,
            ...end,
            console: (result?.console ?? []).map((line) => new ConsoleEntry(line)),
            consoleTruncated: result?.consoleTruncated ?? false,
          },
          { disableValidation: true },
        );
        recordEnd({
          status: end.status,
          trigger,
          seconds: durationMs / 1000,
          runtime: runner.runtime,
          result,
        });
        yield* history.add(execution);
        return Exit.isFailure(exit) ? yield* Effect.failCause(exit.cause) : execution;
      }),
    );

  const run = Effect.fn("Executions.run")(function* (request: ExecutionRequest) {
    if (present >= limits.maxRunning + limits.maxWaiting) {
      return yield* new TooManyExecutions({
        message: `${limits.maxWaiting} executions are waiting already. Try again when some have ended.`,
      });
    }
    const askedAt = performance.now();
    present += 1;
    return yield* sandboxes
      .withPermits(1)(runNow(request, askedAt))
      .pipe(
        Effect.ensuring(
          Effect.sync(() => {
            present -= 1;
          }),
        ),
      );
  });

  return { run, get: history.get, list: history.list };
});

const newId = () => ExecutionId.make(`exec_${crypto.randomUUID().replaceAll("-", "")}`);
