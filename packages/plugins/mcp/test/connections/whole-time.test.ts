import { describe, expect, it } from "@effect/vitest";
import { Effect, Fiber, TestClock } from "effect";
import type { Connection } from "../../src/connections/connection.ts";
import { listAllTools } from "../../src/tools/list-all-tools.ts";

/** A server that gives a page a second, without an end. */
const slow = (pages: Array<number>): Connection => ({
  serverName: "slow",
  instructions: undefined,
  takesParamHeaders: false,
  capabilities: { tools: {} },
  toolsVersion: () => 0,
  request: () =>
    Effect.sync(() => {
      pages.push(pages.length);
      return { tools: [], nextCursor: `after ${pages.length}` };
    }).pipe(Effect.delay(1_000)),
  subscribe: () => Effect.die("unused"),
  broken: Effect.never,
  callTool: () => Effect.die("unused"),
});

describe("a list that comes page by page", () => {
  it.effect.each([
    { timeoutMs: 2_000, seconds: 30 },
    { timeoutMs: 60_000, seconds: 60 },
  ])("has $seconds s in all where a page has $timeoutMs ms", ({ seconds, timeoutMs }) =>
    Effect.gen(function* () {
      const pages: Array<number> = [];
      const reading = yield* Effect.fork(Effect.flip(listAllTools(slow(pages), timeoutMs)));
      yield* TestClock.adjust(10 * 60_000);
      const failure = yield* Fiber.join(reading);
      expect(failure).toMatchObject({ reason: "timeout" });
      expect(failure.message).toContain(`within ${seconds} s`);
      expect(pages.length).toBeLessThanOrEqual(seconds);
    }),
  );
});
