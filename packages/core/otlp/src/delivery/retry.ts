import { Clock, Effect, Random } from "effect";
import type { Outcome } from "./outcome.ts";

const firstDelayMillis = 250;
const maxDelayMillis = 5_000;

export interface RetryOptions {
  /** Unix milliseconds; nothing is begun after it. */
  readonly deadline: number;
  /** Whether this failure is worth another attempt now, after so many. */
  readonly worthwhile: (outcome: Outcome, attempts: number) => boolean;
}

/**
 * Attempts until the receiver takes the request, refuses it for good, or the deadline leaves no time for another attempt:
 * exponential backoff with jitter, and no sooner than the receiver's `Retry-After` (OTLP 1.x, "OTLP/HTTP Throttling").
 */
export const withRetries = (
  attempt: (remainingMillis: number) => Effect.Effect<Outcome>,
  { deadline, worthwhile }: RetryOptions,
): Effect.Effect<Outcome> => {
  const tryFrom = (backoffMillis: number, attempts: number): Effect.Effect<Outcome> =>
    Effect.gen(function* () {
      const remaining = deadline - (yield* Clock.currentTimeMillis);
      const outcome = yield* attempt(Math.max(1, remaining));
      if (outcome._tag === "accepted" || !outcome.retryable || !worthwhile(outcome, attempts)) {
        return outcome;
      }
      const jitter = yield* Random.nextRange(0.75, 1.25);
      const delay = Math.max(backoffMillis * jitter, outcome.retryAfterMillis);
      if ((yield* Clock.currentTimeMillis) + delay >= deadline) return outcome;
      yield* Effect.sleep(delay);
      return yield* tryFrom(Math.min(2 * backoffMillis, maxDelayMillis), attempts + 1);
    });
  return tryFrom(firstDelayMillis, 1);
};
