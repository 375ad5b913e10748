import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { ActiveTime } from "../../src/invocation/call-measurement.ts";

const pass = Effect.sleep("20 millis");

describe("ActiveTime", () => {
  it.live("stands still while anything waits, and continues afterwards", () =>
    Effect.gen(function* () {
      const time = new ActiveTime();
      yield* pass;
      time.beginWait();
      const active = time.elapsedMs();
      expect(active).toBeGreaterThan(0);
      yield* pass;
      time.beginWait();
      yield* pass;
      time.endWait();
      yield* pass;
      expect(time.elapsedMs()).toBe(active);
      time.endWait();
      yield* pass;
      expect(time.elapsedMs()).toBeGreaterThan(active);
    }),
  );
});
