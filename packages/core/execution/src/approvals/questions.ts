import { schemaCheck } from "@executor/json-schema";
import { mayAnswerFor } from "@executor/sdk";
import type { Actor, ElicitationAction, ElicitationResult, JsonObject } from "@executor/sdk";
import { observeBeforeSnapshot } from "@executor/telemetry";
import { Deferred, Effect, Exit } from "effect";
import { approvalOldestAge, approvals, approvalWaitDuration } from "../metrics.ts";
import type { Attendant, LiveRun, OpenQuestion } from "../run/live-run.ts";
import { ApprovalNotFound, InvalidAnswer, NotTheOwner, UncheckableForm } from "../schemas.ts";

/** A person's answer to one question of a paused execution. */
export interface ResumeRequest {
  readonly id: string;
  readonly approvalId: string;
  readonly action: ElicitationAction;
  /** The answers of a form. */
  readonly content?: JsonObject | undefined;
  /** Caller that answers: the execution's owner, or the operator, who may answer for every execution. */
  readonly caller: Actor;
}

/** Answers to the questions of a round of a paused execution, by a caller that waits for what comes of them. */
export interface RoundRequest extends Attendant {
  readonly id: string;
  /** Answers by the ids of the questions. Those that fit no open question are ignored: what is still open is asked again. */
  readonly answers: ReadonlyMap<string, Pick<ResumeRequest, "action" | "content">>;
  readonly caller: Actor;
}

/** Gives the open questions of a round their answers. */
export const answerRound = Effect.fnUntraced(function* (run: LiveRun, request: RoundRequest) {
  const { id, answers, caller } = request;
  yield* checkOwner(run, caller);
  for (const [approvalId, answer] of answers) {
    yield* Effect.ignore(answerQuestion(run, { id, approvalId, caller, ...answer }));
  }
});

/** Gives an open question its answer. The first answer counts. */
export const answerQuestion = Effect.fnUntraced(function* (run: LiveRun, request: ResumeRequest) {
  const { approvalId, caller } = request;
  yield* checkOwner(run, caller);
  const question = run.openQuestions.get(approvalId);
  if (question === undefined) return yield* notOpen(run, approvalId);
  const result = yield* resultOf(question, request);
  // Another answer or the timeout may have come first.
  const isFirst = yield* Deferred.succeed(question.answer, result);
  if (!isFirst) return yield* notOpen(run, approvalId);
  run.openQuestions.delete(approvalId);
});

const checkOwner = ({ id, request }: LiveRun, caller: Actor) =>
  mayAnswerFor(caller, request.owner)
    ? Effect.void
    : new NotTheOwner({
        message: `The execution ${id} belongs to another client. Only that client or the operator can answer.`,
      });

const notOpen = ({ id, openQuestions }: LiveRun, approvalId: string) =>
  new ApprovalNotFound({
    message: `The execution ${id} has no open question ${approvalId.slice(0, 64)}. It was already answered, or it expired. Open questions: ${[...openQuestions.keys()].join(", ") || "none"}.`,
  });

const resultOf = (
  { approval }: OpenQuestion,
  { action, content = {} }: ResumeRequest,
): Effect.Effect<ElicitationResult, InvalidAnswer | UncheckableForm> => {
  if (action !== "accept" || approval.kind !== "form") return Effect.succeed({ action });
  const outcome = schemaCheck(approval.requestedSchema)(content, "content");
  switch (outcome._tag) {
    case "Fits":
      return outcome.integers === undefined
        ? Effect.succeed({ action, content })
        : new InvalidAnswer({
            message:
              "The content has an integer beyond 2^53, which an answer cannot hold. The question stays open.",
          });
    case "Misfits":
      return new InvalidAnswer({
        message: `The content does not answer the question, which stays open. ${outcome.problems}`,
      });
    case "BudgetExceeded":
      return new UncheckableForm({
        message:
          "This form cannot be checked: its schema and the content take more steps than a check may. Answer with less, or decline. The question stays open.",
      });
  }
};

const decisions = {
  accept: "approved",
  decline: "declined",
  cancel: "cancelled",
  expire: "expired",
};

/** Records the result of a question that waited for so many seconds. */
export const recordDecision = (action: ElicitationResult["action"], seconds: number): void => {
  approvals.add(1, { decision: decisions[action] });
  approvalWaitDuration.record(seconds, {});
};

/** Makes a wrapper that measures questions, and reports the age of the oldest open one before each snapshot. */
export const measureQuestions = Effect.gen(function* () {
  /** Open questions, oldest first. */
  const open = new Set<{ readonly askedAt: number }>();
  const observe = () => {
    const [oldest] = open;
    const ageMs = oldest === undefined ? 0 : performance.now() - oldest.askedAt;
    approvalOldestAge.set(ageMs / 1000, {});
  };
  yield* Effect.acquireRelease(
    Effect.sync(() => observeBeforeSnapshot(observe)),
    (stop) => Effect.sync(stop),
  );
  return <E>(ask: Effect.Effect<ElicitationResult, E>): Effect.Effect<ElicitationResult, E> =>
    Effect.suspend(() => {
      const question = { askedAt: performance.now() };
      open.add(question);
      return Effect.onExit(ask, (exit) =>
        Effect.sync(() => {
          open.delete(question);
          const seconds = (performance.now() - question.askedAt) / 1000;
          if (Exit.isSuccess(exit)) recordDecision(exit.value.action, seconds);
          else if (Exit.isInterrupted(exit)) recordDecision("cancel", seconds);
        }),
      );
    });
});
