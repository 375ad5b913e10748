import { describe, expect, it } from "@effect/vitest";
import { Deferred, Effect, Exit, Fiber } from "effect";
import { makeCache } from "../src/cache.ts";

describe("makeCache", () => {
  it.effect("reads a value once, until something changes", () =>
    Effect.gen(function* () {
      let reads = 0;
      let version = 0;
      const get = yield* makeCache({
        capacity: 10,
        version: () => version,
        lookup: (key: string) => Effect.sync(() => `${key} ${++reads}`),
      });
      expect([yield* get("a"), yield* get("a"), yield* get("b")]).toEqual(["a 1", "a 1", "b 2"]);
      version++;
      expect([yield* get("a"), yield* get("a")]).toEqual(["a 3", "a 3"]);
    }),
  );

  it.effect("does not keep what was read in part before a change", () =>
    Effect.gen(function* () {
      let stored = "old";
      let version = 0;
      const gate = yield* Deferred.make<void>();
      const get = yield* makeCache({
        capacity: 10,
        version: () => version,
        lookup: (_: string) => {
          const read = stored;
          return Effect.as(Deferred.await(gate), read);
        },
      });
      const early = yield* Effect.fork(get("a"));
      yield* Effect.yieldNow();
      stored = "new";
      version++;
      yield* Deferred.succeed(gate, undefined);
      expect(yield* Fiber.join(early)).toBe("old");
      expect(yield* get("a")).toBe("new");
    }),
  );

  it.effect("shares one lookup, and looks up again where its first reader is interrupted", () =>
    Effect.gen(function* () {
      let reads = 0;
      const gate = yield* Deferred.make<void>();
      const get = yield* makeCache({
        capacity: 10,
        lookup: (_: string) => Effect.suspend(() => Effect.as(Deferred.await(gate), ++reads)),
      });
      const first = yield* Effect.fork(get("a"));
      const second = yield* Effect.fork(get("a"));
      yield* Effect.yieldNow();
      yield* Fiber.interrupt(first);
      yield* Effect.yieldNow();
      yield* Deferred.succeed(gate, undefined);
      expect(yield* Fiber.join(second)).toBe(2);
      expect(yield* get("a")).toBe(2);
    }),
  );

  it.effect("keeps a failure like a value, and no defect", () =>
    Effect.gen(function* () {
      let reads = 0;
      const get = yield* makeCache({
        capacity: 10,
        lookup: (key: string) =>
          Effect.suspend(() => (key === "die" ? Effect.die(++reads) : Effect.fail(++reads))),
      });
      expect([yield* Effect.flip(get("fail")), yield* Effect.flip(get("fail"))]).toEqual([1, 1]);
      expect(yield* Effect.exit(get("die"))).toEqual(Exit.die(2));
      expect(yield* Effect.exit(get("die"))).toEqual(Exit.die(3));
    }),
  );

  it.effect("drops the value that was read longest ago", () =>
    Effect.gen(function* () {
      const reads: Array<string> = [];
      const get = yield* makeCache({
        capacity: 2,
        lookup: (key: string) => Effect.sync(() => reads.push(key)),
      });
      for (const key of ["a", "b", "c", "b", "c", "a"]) yield* get(key);
      expect(reads).toEqual(["a", "b", "c", "a"]);
    }),
  );
});
