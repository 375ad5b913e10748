import { Effect } from "effect";

/** A long computation that yields wherever other work may run. */
export type Steps<A> = Generator<void, A>;

/** Milliseconds of computing between two turns of the event loop. */
const turnMs = 1;

/** Steps between two turns where the clock stands still while code computes, as in Cloudflare's Workers. */
const turnSteps = 8;

/** Runs a computation to its end, with turns of the event loop in between. Fails with the message of what it throws. */
export const runSteps = <A>(steps: Steps<A>): Effect.Effect<A, string> => {
  const turn = Effect.try({
    try: () => {
      const startOfTurn = performance.now();
      const isOver = (taken: number): boolean => {
        const passed = performance.now() - startOfTurn;
        return passed >= turnMs || (passed === 0 && taken >= turnSteps);
      };
      let step = steps.next();
      for (let taken = 1; step.done !== true && !isOver(taken); taken += 1) step = steps.next();
      return step;
    },
    catch: (error) => (error instanceof Error ? error.message : String(error)),
  });
  const rest: Effect.Effect<A, string> = Effect.flatMap(turn, (step) =>
    step.done === true ? Effect.succeed(step.value) : Effect.zipRight(Effect.sleep(0), rest),
  );
  return rest;
};
