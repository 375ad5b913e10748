import { Effect } from "effect";

/** A long computation that yields wherever other work may run. */
export type Steps<A> = Generator<void, A>;

/** Milliseconds of computing between two turns of the event loop. */
const turnMs = 5;

/** Runs a computation to its end, with turns of the event loop in between. Fails with the message of what it throws. */
export const runSteps = <A>(steps: Steps<A>): Effect.Effect<A, string> => {
  const turn = Effect.try({
    try: () => {
      const endOfTurn = performance.now() + turnMs;
      let step = steps.next();
      while (step.done !== true && performance.now() < endOfTurn) step = steps.next();
      return step;
    },
    catch: (error) => (error instanceof Error ? error.message : String(error)),
  });
  const rest: Effect.Effect<A, string> = Effect.flatMap(turn, (step) =>
    step.done === true ? Effect.succeed(step.value) : Effect.zipRight(Effect.sleep(0), rest),
  );
  return rest;
};
