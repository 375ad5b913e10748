import { describe, expect, it } from "@effect/vitest";
import { Effect, Fiber, Layer } from "effect";
import { Executions } from "../src/executions.ts";
import { active, decided, decidedSince, inShop, resume, run, until } from "./support/approvals.ts";
import { total } from "@executor/testing/series";

describe("paused runs", () => {
  const write = "return (await tools.shop.write({ id: 1 })).id";

  it.live("release their slots to others, and reacquire them", () =>
    inShop(
      Effect.gen(function* () {
        const paused = yield* Effect.forEach([1, 2, 3], () => run(write));
        expect(active()).toEqual({ running: 0, paused: 3 });
        expect((yield* run("return 1")).status).toBe("completed");

        const busy = yield* Effect.fork(run("await tools.shop.slow({})"));
        yield* until(Effect.sync(active), ({ running }) => running === 1);
        const resumed = yield* Effect.fork(
          Effect.forEach(paused, (one) => resume(one), { concurrency: "unbounded" }),
        );
        yield* Effect.sleep("300 millis");
        expect(active()).toEqual({ running: 1, paused: 3 });
        yield* Fiber.join(busy);
        const ended = yield* Fiber.join(resumed);
        expect(ended.map(({ output }) => output?.value)).toEqual([1, 1, 1]);
        expect(active()).toEqual({ running: 0, paused: 0 });
      }),
      { maxRunning: 1, maxWaiting: 0 },
    ),
  );

  it.live("keep their slot while their code computes", () =>
    inShop(
      Effect.gen(function* () {
        const paused = yield* run("const sent = tools.shop.write({}); await 0; for (;;);", {
          timeoutMs: 2_500,
        });
        expect(paused.status).toBe("paused");
        expect(active()).toEqual({ running: 1, paused: 0 });
        const { get } = yield* Executions;
        const end = yield* until(get(paused.id), ({ status }) => status !== "paused");
        expect(end.status).toBe("timeout");
      }),
    ),
  );

  it.live("are limited in number: questions of further runs fail", () =>
    inShop(
      Effect.gen(function* () {
        const first = yield* run(write);
        const blocked = yield* run("await tools.shop.write({})");
        expect(blocked).toMatchObject({ status: "failed", error: { name: "ToolError" } });
        expect(blocked.error?.message).toContain("already waiting for people");
        expect((yield* resume(first)).status).toBe("completed");
        expect((yield* run(write)).status).toBe("paused");
      }),
      { maxPaused: 1 },
    ),
  );

  it.live("are limited for each caller, so that some are left for others", () =>
    inShop(
      Effect.gen(function* () {
        const subject = (name: string) => ({ caller: { client: null, subject: `user:${name}` } });
        const statuses = (name: string, count: number) =>
          Effect.forEach(Array.from({ length: count }), () => run(write, subject(name))).pipe(
            Effect.map((ended) => ended.map(({ status }) => status)),
          );
        expect(yield* statuses("ann", 7)).toEqual([
          ...Array.from({ length: 6 }, () => "paused"),
          "failed",
        ]);
        const refused = yield* run(write, subject("ann"));
        expect(refused.error?.message).toContain("6 of them from the same caller; the 3 that may");
        expect(yield* statuses("bob", 3)).toEqual(["paused", "paused", "failed"]);
        expect(yield* statuses("cem", 1)).toEqual(["paused"]);
      }),
      { maxPaused: 9 },
    ),
  );

  it.live("do not depend on the caller that resumes them", () =>
    inShop(
      Effect.gen(function* () {
        const paused = yield* run(
          "await tools.shop.write({}); await tools.shop.slow({}); return 1",
        );
        const disconnecting = yield* Effect.fork(resume(paused));
        yield* Effect.sleep("300 millis");
        const { get } = yield* Executions;
        expect((yield* get(paused.id)).status).toBe("running");
        yield* Fiber.interrupt(disconnecting);
        const end = yield* until(get(paused.id), ({ status }) => status !== "running");
        expect(end.status).toBe("completed");
      }),
    ),
  );

  it.live(
    "are cancelled when the layer closes, and interrupted at the next start if the process died",
    () =>
      inShop(
        Effect.gen(function* () {
          const before = decided();
          const own = Layer.fresh(Executions.layer);
          const stopped = yield* run(write).pipe(Effect.provide(own));
          const { get } = yield* Executions;
          expect(yield* get(stopped.id)).toMatchObject({ status: "cancelled", approvals: [] });
          expect(decidedSince(before)).toEqual({ cancelled: 1 });

          const left = yield* run(write);
          const interrupted = total("executor.executions", { status: "interrupted" });
          const answer = yield* Effect.flip(resume(left)).pipe(Effect.provide(own));
          expect(answer._tag).toBe("ExecutionEnded");
          expect(answer.message).toContain("Run the code again");
          expect(total("executor.executions", { status: "interrupted" }) - interrupted).toBe(1);
        }),
      ),
  );
});
