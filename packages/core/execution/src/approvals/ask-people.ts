import { whileClockPaused } from "@executor/kernel";
import { ElicitationUnavailable, toolkitOf } from "@executor/sdk";
import type { ElicitationRequest, ElicitationResult } from "@executor/sdk";
import { DateTime, Deferred, Effect } from "effect";
import { Limits } from "../limits.ts";
import { WaitingRuns } from "./waiting-runs.ts";
import type { LiveCall, LiveRun } from "../run/live-run.ts";
import { ApprovalId } from "../schemas.ts";
import { measureQuestions } from "./questions.ts";

const expired: ElicitationResult = { action: "expire" };

/**
 * Asks a person: inline if the run's caller can, otherwise by opening a question that `Executions.resume` answers. Meanwhile the
 * run's clocks are paused and its slot is free for others; both are restored before it returns.
 */
export const askPeople = Effect.gen(function* () {
  const { approvalTimeoutMs, maxPaused } = yield* Limits;
  const measured = yield* measureQuestions;
  const waitingRuns = new WaitingRuns(maxPaused);

  const askByPausing = Effect.fnUntraced(function* (run: LiveRun, request: ElicitationRequest) {
    const answer = yield* Deferred.make<ElicitationResult>();
    const askedAt = yield* DateTime.now;
    const id = ApprovalId.make(`appr_${crypto.randomUUID().replaceAll("-", "")}`);
    const expiresAt = DateTime.add(askedAt, { millis: approvalTimeoutMs });
    run.openQuestion({ approval: { ...request, id, askedAt, expiresAt }, answer });
    // The Deferred decides between an answer and the timeout, so that an accepted answer always counts.
    const expiry = Effect.zipRight(
      Effect.sleep(approvalTimeoutMs),
      Deferred.succeed(answer, expired),
    );
    return yield* Deferred.await(answer).pipe(
      Effect.raceFirst(Effect.zipRight(expiry, Deferred.await(answer))),
      Effect.ensuring(Effect.sync(() => run.openQuestions.delete(id))),
    );
  });

  const ask = (run: LiveRun, request: ElicitationRequest) => {
    const elicit = run.attendant?.elicit;
    return elicit === undefined
      ? askByPausing(run, request)
      : elicit(request).pipe(
          Effect.timeoutTo({
            duration: approvalTimeoutMs,
            onSuccess: (result) => result,
            onTimeout: () => expired,
          }),
          Effect.catchTag("ElicitationUnavailable", () => askByPausing(run, request)),
        );
  };

  const beginQuestion = (run: LiveRun, call: LiveCall) =>
    Effect.suspend(() => {
      if (!run.isWaiting) {
        const problem = waitingRuns.begin(callerOf(run));
        if (problem !== undefined) return new ElicitationUnavailable({ message: problem });
      }
      run.beginQuestion(call);
      return Effect.void;
    });

  const endQuestion = (run: LiveRun, call: LiveCall) =>
    Effect.sync(() => {
      run.endQuestion(call);
      if (!run.isWaiting) waitingRuns.end(callerOf(run));
    });

  return (run: LiveRun, call: LiveCall, request: ElicitationRequest) => {
    const answered = Effect.acquireUseRelease(
      beginQuestion(run, call),
      () => measured(ask(run, request)),
      () => endQuestion(run, call),
    );
    return Effect.acquireUseRelease(
      Effect.sync(() => run.time.beginWait()),
      () =>
        whileClockPaused(
          Effect.either(answered).pipe(
            Effect.zipLeft(run.slot.reacquire),
            Effect.flatMap((result) => result),
          ),
        ),
      () => Effect.sync(() => run.time.endWait()),
    );
  };
});

/** Those who share what may wait: a person or key, within one toolkit. */
const callerOf = ({ request, scope }: LiveRun): string =>
  JSON.stringify([request.caller?.subject ?? null, toolkitOf(scope)]);
