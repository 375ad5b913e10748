import { describe, expect, it, vi } from "@effect/vitest";
import { Effect } from "effect";
import { runSteps } from "../src/steps.ts";
import type { Steps } from "../src/steps.ts";

describe("runSteps", () => {
  it.live("lets other work run during a long computation", () =>
    Effect.gen(function* () {
      let others = 0;
      /** Ends when something else has run, or else by failing. */
      function* waiting(): Steps<string> {
        const end = performance.now() + 5_000;
        while (others === 0) {
          if (performance.now() > end) throw new Error("nothing else ran");
          yield;
        }
        return "done";
      }
      setTimeout(() => {
        others += 1;
      }, 0);
      expect(yield* runSteps(waiting())).toBe("done");
    }),
  );

  it.live("lets other work run where the clock stands still while code computes", () =>
    Effect.gen(function* () {
      let others = 0;
      /** Takes a thousand steps; whether something else ran between. */
      function* long(): Steps<boolean> {
        for (let step = 0; step < 1_000; step += 1) yield;
        return others > 0;
      }
      setTimeout(() => {
        others += 1;
      }, 0);
      const clock = vi.spyOn(performance, "now").mockReturnValue(1);
      expect(yield* runSteps(long())).toBe(true);
      clock.mockRestore();
    }),
  );

  it.effect("fails with the message of what is thrown", () =>
    Effect.gen(function* () {
      function* throwing(): Steps<never> {
        yield;
        throw new Error("it is empty");
      }
      expect(yield* Effect.flip(runSteps(throwing()))).toBe("it is empty");
    }),
  );
});
