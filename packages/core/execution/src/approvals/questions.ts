import type { ElicitationResult, NobodyToAsk } from "@executor/sdk";
import { observeBeforeSnapshot } from "@executor/telemetry";
import { Effect, Exit } from "effect";
import type { Scope } from "effect";
import { approvalOldestAge, approvals, approvalWaitDuration } from "../metrics.ts";

const decisions = {
  accept: "approved",
  decline: "declined",
  cancel: "cancelled",
  expire: "expired",
};

/** Counts what came of a question that waited for so many seconds. */
export const recordDecision = (action: ElicitationResult["action"], seconds: number): void => {
  approvals.add(1, { decision: decisions[action] });
  approvalWaitDuration.record(seconds, {});
};

/** Measures questions to people, and knows for how long the oldest has been open. */
export const measureQuestions: Effect.Effect<
  (
    ask: Effect.Effect<ElicitationResult, NobodyToAsk>,
  ) => Effect.Effect<ElicitationResult, NobodyToAsk>,
  never,
  Scope.Scope
> = Effect.gen(function* () {
  /** When each was asked, oldest first. */
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
  return (ask) =>
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
