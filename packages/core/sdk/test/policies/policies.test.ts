import { describe, expect, it } from "@effect/vitest";
import { SqlClient } from "@effect/sql";
import { layerMemory } from "@executor/storage/bun";
import { Effect, Exit, Fiber, Layer, Schema } from "effect";
import { Policies } from "../../src/policies/policies.ts";
import { Policy } from "../../src/model/policy.ts";
import { ToolAnnotations } from "../../src/model/tool.ts";

const layer = Layer.provideMerge(Policies.layer, layerMemory);

const reads = new ToolAnnotations({ readOnly: true, destructive: false, requiresApproval: false });
const writes = new ToolAnnotations({ readOnly: false, destructive: false, requiresApproval: true });
const decode = Schema.decodeUnknownSync(Schema.Array(Policy));
const policies = (given: Readonly<Record<string, string>>) =>
  decode(Object.entries(given).map(([pattern, decision]) => ({ pattern, decision })));

describe("Policies", () => {
  it.effect("decides by the annotations where no policy covers the tool", () =>
    Effect.gen(function* () {
      const { decide } = yield* Policies;
      expect(yield* decide("pets.get", reads)).toBe("allow");
      expect(yield* decide("pets.put", writes)).toBe("approve");
    }).pipe(Effect.provide(layer)),
  );

  it.effect("decides by the most specific policy, whatever their order", () =>
    Effect.gen(function* () {
      const { decide, list, replace } = yield* Policies;
      yield* replace(
        policies({
          "*": "block",
          "pets.*": "allow",
          "pets.*.delete": "approve",
          "pets.a.delete": "block",
        }),
      );
      expect((yield* list).map(({ pattern }) => pattern)).toEqual([
        "pets.a.delete",
        "pets.*.delete",
        "pets.*",
        "*",
      ]);
      expect(yield* decide("pets.a.delete", writes)).toBe("block");
      expect(yield* decide("pets.b.delete", writes)).toBe("approve");
      expect(yield* decide("pets.b.put", writes)).toBe("allow");
      expect(yield* decide("other.get", reads)).toBe("block");
      expect(yield* decide("executor.tools.search", reads)).toBe("allow");
    }).pipe(Effect.provide(layer)),
  );

  it.effect("replaces the whole list, from the next decision on, and across a restart", () =>
    Effect.gen(function* () {
      yield* Effect.gen(function* () {
        const { decide, replace } = yield* Policies;
        yield* replace(policies({ "pets.*": "block" }));
        expect(yield* decide("pets.get", reads)).toBe("block");
        yield* replace(policies({ "pets.get": "approve" }));
        expect(yield* decide("pets.get", reads)).toBe("approve");
        expect(yield* decide("pets.list", reads)).toBe("allow");
      }).pipe(Effect.provide(Policies.layer));
      yield* Effect.gen(function* () {
        const { decide, list, replace } = yield* Policies;
        expect(yield* decide("pets.get", reads)).toBe("approve");
        yield* replace([]);
        expect(yield* list).toEqual([]);
      }).pipe(Effect.provide(Policies.layer));
    }).pipe(Effect.provide(layerMemory)),
  );

  it.effect("applies the stored policies even if the client disconnects at that moment", () =>
    Effect.gen(function* () {
      const { decide, replace } = yield* Policies;
      const sql = yield* SqlClient.SqlClient;
      const { withTransaction } = sql;
      Object.assign(sql, {
        withTransaction: <A, E, R>(change: Effect.Effect<A, E, R>) =>
          Effect.tap(withTransaction(change), () =>
            Effect.withFiberRuntime((fiber) => fiber.interruptAsFork(fiber.id())),
          ),
      });
      const replacing = yield* Effect.fork(replace(policies({ "pets.*": "block" })));
      expect(Exit.isInterrupted(yield* Fiber.await(replacing))).toBe(true);
      expect(yield* sql`SELECT * FROM policies`).toHaveLength(1);
      expect(yield* decide("pets.get", reads)).toBe("block");
    }).pipe(Effect.provide(layer)),
  );

  it.effect(
    "refuses a pattern given twice and too many policies, and keeps the policies before",
    () =>
      Effect.gen(function* () {
        const { list, replace } = yield* Policies;
        const before = yield* replace(policies({ "pets.*": "block" }));
        const twice = yield* Effect.flip(
          replace([...policies({ a: "allow" }), ...policies({ a: "block" })]),
        );
        expect(twice.message).toContain("The pattern a is given more than once");
        const many = Array.from({ length: 1_001 }, (_, index) =>
          policies({ [`a${index}`]: "allow" }),
        );
        expect((yield* Effect.flip(replace(many.flat()))).message).toContain("1000 are allowed");
        expect(yield* list).toEqual(before);
        const sql = yield* SqlClient.SqlClient;
        expect(yield* sql`SELECT * FROM policies`).toHaveLength(1);
      }).pipe(Effect.provide(layer)),
  );
});

describe("PolicyPattern", () => {
  it.each([
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "A.b",
    "a.**",
    "a*.b",
    "a.b c",
    "a.*b",
    "é.b",
    `a.${"b".repeat(600)}`,
  ])("is not %s", (pattern) => {
    expect(() => policies({ [pattern]: "allow" })).toThrow("A pattern is a tool's address");
  });
  it.each(["*", "a", "a.*", "a.*.c", "*.b", "a.b.$c", "a_1.B_2"])("may be %s", (pattern) => {
    expect(policies({ [pattern]: "allow" })[0]?.pattern).toBe(pattern);
  });
});
