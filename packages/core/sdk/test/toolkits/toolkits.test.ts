import { describe, expect, it } from "@effect/vitest";
import { layerMemory } from "@executor/storage/bun";
import { Effect, Either, Layer, Schema } from "effect";
import { Toolkits } from "../../src/toolkits/toolkits.ts";
import { NewToolkit, ToolkitEdit } from "../../src/toolkits/toolkit.ts";

const layer = Layer.provideMerge(Toolkits.layer, layerMemory);

const decode = Schema.decodeUnknownSync(NewToolkit);
const decodeEdit = Schema.decodeUnknownSync(ToolkitEdit);
const triage = {
  name: "triage",
  description: "What support needs",
  tools: ["github.issues.*", "linear.*"],
  policies: [
    { pattern: "*", decision: "approve" },
    { pattern: "linear.issues.get", decision: "allow" },
  ],
  listTools: true,
};

describe("Toolkits", () => {
  it.effect("are added, edited and removed, and stand after a restart as they were", () =>
    Effect.gen(function* () {
      const kept = yield* Effect.gen(function* () {
        const toolkits = yield* Toolkits;
        const added = yield* toolkits.add(decode(triage));
        expect(added).toMatchObject({ ...triage, policies: triage.policies.toReversed() });
        yield* toolkits.add(decode({ name: "other", tools: ["*"] }));
        const edited = yield* toolkits.edit("triage", decodeEdit({ tools: ["linear.*"] }));
        expect(edited).toEqual({ ...added, tools: ["linear.*"] });
        yield* toolkits.remove("other");
        return edited;
      }).pipe(Effect.provide(Toolkits.layer));
      yield* Effect.gen(function* () {
        const toolkits = yield* Toolkits;
        expect(yield* toolkits.list).toEqual([kept]);
        expect(yield* toolkits.get("triage")).toEqual(kept);
        expect((yield* Effect.flip(toolkits.get("other")))._tag).toBe("ToolkitNotFound");
      }).pipe(Effect.provide(Toolkits.layer));
    }).pipe(Effect.provide(layerMemory)),
  );

  it.effect("refuse a name that is taken, a policy given twice, and more than 100", () =>
    Effect.gen(function* () {
      const toolkits = yield* Toolkits;
      yield* toolkits.add(decode(triage));
      expect((yield* Effect.flip(toolkits.add(decode(triage)))).message).toContain(
        "There is a toolkit triage already",
      );
      const twice = ["allow", "block"].map((decision) => ({ pattern: "a.b", decision }));
      expect(
        (yield* Effect.flip(toolkits.edit("triage", decodeEdit({ policies: twice }))))._tag,
      ).toBe("InvalidToolkit");
      const many = yield* Effect.forEach(
        Array.from({ length: 100 }, (_, index) => decode({ ...triage, name: `t${index}` })),
        (one) => Effect.either(toolkits.add(one)),
        { concurrency: "unbounded" },
      );
      expect(many.filter(Either.isRight)).toHaveLength(99);
      expect(yield* toolkits.list).toHaveLength(100);
    }).pipe(Effect.provide(layer)),
  );

  it.each([
    ["a name in capitals", { name: "Triage" }, "lower-case letter"],
    ["a name that leaves the path", { name: "../api" }, "lower-case letter"],
    ["a name with a separator", { name: "a/b" }, "lower-case letter"],
    ["a name of 65 characters", { name: "a".repeat(65) }, "lower-case letter"],
    ["no tools", { tools: [] }, "at least 1 item"],
    ["a lone namespace", { tools: ["github"] }, "Write github.* for all tools"],
    ["a broken pattern", { tools: ["github.**"] }, "A pattern is a tool's address"],
    [
      "too many patterns",
      { tools: Array.from({ length: 101 }, (_, index) => `a.b${index}`) },
      "at most 100 item",
    ],
    ["too long a description", { description: "a".repeat(1_001) }, "at most 1000 character"],
  ])("have not %s", (_, change, says) => {
    expect(() => decode({ ...triage, ...change })).toThrow(says);
  });
});
