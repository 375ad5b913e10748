import { describe, expect, it } from "@effect/vitest";
import { DateTime, Effect, Either, TestClock } from "effect";
import fc from "fast-check";
import { ToolInvoker } from "../../src/invocation/tool-invoker.ts";
import { Sources } from "../../src/sources/sources.ts";
import { Tools } from "../../src/tools/tools.ts";
import { fixtureDocument, fixtureSource, layerFixture } from "../support/fixture.ts";

const names = ["D0", "D1", "D2", "D3", "D4"];
const reference = fc.constantFrom(...names).map((name) => ({ $ref: `#/$defs/${name}` }));
const definition = fc.record({
  title: fc.constantFrom("one", "two"),
  anyOf: fc.array(reference, { maxLength: 2 }),
});

/** A description with up to six tools, whose schemas lead to definitions that lead to others, in circles too. */
const description = fc.record({
  tools: fc.uniqueArray(
    fc.record({
      path: fc.constantFrom("a", "b", "c", "d.e", "d.f", "g"),
      description: fc.constantFrom("", "other"),
      writes: fc.boolean(),
      does: fc.constantFrom("echo", "hang"),
      input: fc.oneof(
        fc.constant({ type: "object" }),
        reference.map((x) => ({ type: "object", properties: { x } })),
      ),
    }),
    { selector: ({ path }) => path },
  ),
  definitions: fc.uniqueArray(fc.tuple(fc.constantFrom(...names), definition), {
    selector: ([name]) => name,
  }),
});
type Description = typeof description extends fc.Arbitrary<infer A> ? A : never;

const text = ({ tools, definitions }: Description): string =>
  fixtureDocument("t", tools, { definitions: Object.fromEntries(definitions) });

/** Everything of each tool that a caller can notice, by its address. */
const visible = ({ tools }: Description) =>
  Effect.gen(function* () {
    const all = new Map<string, string>();
    for (const { path, does } of tools) {
      const tool = yield* (yield* Tools).get(`t.${path}`);
      all.set(`t.${path}`, JSON.stringify({ ...tool, does }));
    }
    return all;
  });

const pendingOf = (namespace: string) =>
  Effect.flatMap(Tools, (tools) =>
    Effect.map(tools.list({ namespace, pending: true, limit: 100 }), ({ items }) =>
      items.map(({ address }) => address),
    ),
  );

const call = (address: string) =>
  Effect.flatMap(ToolInvoker, (invoker) => invoker.call(address, {}));

const check = (steps: ReadonlyArray<Description>, reviewNewWrites: boolean) =>
  Effect.gen(function* () {
    const sources = yield* Sources;
    const [first = { tools: [], definitions: [] }, ...others] = steps;
    yield* sources.add(fixtureSource("t", [], {}));
    yield* sources.refresh("t", text(first));
    yield* sources.edit("t", { reviewNewWrites });
    let before = yield* visible(first);
    let known = new Map(first.tools.map(({ path, writes }) => [`t.${path}`, writes]));
    let waiting = new Set<string>();
    for (const step of others) {
      const { changes, toolCount, pendingToolCount } = yield* sources.refresh("t", text(step));
      const after = yield* visible(step);
      const only = (wanted: (address: string) => boolean, of: Iterable<string>) =>
        [...of].filter(wanted).toSorted();
      const added = only((each) => !before.has(each), after.keys());
      const removed = only((each) => !after.has(each), before.keys());
      const changed = only(
        (each) => before.has(each) && before.get(each) !== after.get(each),
        after.keys(),
      );
      expect({
        added: changes?.added.toSorted(),
        removed: changes?.removed.toSorted(),
        changed: changes?.changed.toSorted(),
        counts: changes?.counts,
      }).toEqual({
        added,
        removed,
        changed,
        counts: { added: added.length, removed: removed.length, changed: changed.length },
      });

      const next = new Map(step.tools.map(({ path, writes }) => [`t.${path}`, writes]));
      waiting = new Set(
        [...next].flatMap(([address, writes]) =>
          writes && (waiting.has(address) || (reviewNewWrites && known.get(address) !== true))
            ? [address]
            : [],
        ),
      );
      expect(yield* pendingOf("t")).toEqual([...waiting].toSorted());
      expect({ toolCount, pendingToolCount }).toEqual({
        toolCount: next.size - waiting.size,
        pendingToolCount: waiting.size,
      });
      before = after;
      known = next;
    }
    yield* sources.remove("t");
  });

describe("replaceTools", () => {
  it.effect(
    "tells what was added, removed and changed, through any definitions, and lets new writes wait",
    () =>
      Effect.gen(function* () {
        const runtime = yield* Effect.runtime<Sources | Tools>();
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(
              fc.array(description, { minLength: 2, maxLength: 4 }),
              fc.boolean(),
              async (steps, review) => {
                const run = check(steps, review).pipe(
                  Effect.tapErrorCause(() =>
                    Effect.ignore(Effect.flatMap(Sources, (sources) => sources.remove("t"))),
                  ),
                );
                await Effect.runPromise(Effect.provide(run, runtime));
              },
            ),
            { numRuns: 40 },
          ),
        );
      }).pipe(Effect.provide(layerFixture)),
  );

  it.effect.each([1, 2, 3, 7])(
    "finds tools that lead to a changed definition through %i others, even in a circle",
    (length) =>
      Effect.gen(function* () {
        const sources = yield* Sources;
        const to = (at: number) => ({ $ref: `#/$defs/D${at}` });
        const definitions = (last: string): Record<string, unknown> =>
          Object.fromEntries<unknown>([
            ...Array.from(
              { length },
              (_, at) => [`D${at}`, { anyOf: [to(at + 1), to(0)] }] as const,
            ),
            [`D${length}`, { title: last, anyOf: [to(0)] }],
            ["Other", { title: "same" }],
          ]);
        const input = (schema: object) => ({ type: "object", properties: { x: schema } });
        const tools = [
          { path: "far", input: input(to(0)) },
          { path: "other", input: input({ $ref: "#/$defs/Other" }) },
          { path: "none" },
        ];
        yield* sources.add(fixtureSource("c", tools, { definitions: definitions("one") }));
        const next = fixtureDocument("c", tools, { definitions: definitions("two") });
        const { changes } = yield* sources.refresh("c", next);
        expect(changes).toMatchObject({ added: [], removed: [], changed: ["c.far"] });
      }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("lists a hundred addresses of each kind, and counts all", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const tools = (prefix: string) =>
        Array.from({ length: 150 }, (_, index) => ({ path: `${prefix}${index}` }));
      yield* sources.add(fixtureSource("many", tools("a")));
      const { changes } = yield* sources.refresh("many", fixtureDocument("many", tools("b")));
      expect(changes?.added).toHaveLength(100);
      expect(changes?.removed).toHaveLength(100);
      expect(changes?.counts).toEqual({ added: 150, removed: 150, changed: 0 });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("keeps search in step with the tools", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const described = (by: string) => [{ path: "a", description: by }];
      yield* sources.add(fixtureSource("s", described("walrus")));
      yield* sources.refresh("s", fixtureDocument("s", described("penguin")));
      const found = (query: string) =>
        Effect.map(
          Effect.flatMap(Tools, (tools) => tools.list({ query, limit: 5 })),
          ({ items }) => items.length,
        );
      expect(yield* found("walrus")).toBe(0);
      expect(yield* found("penguin")).toBe(1);
      yield* sources.refresh("s", fixtureDocument("s", []));
      expect(yield* found("penguin")).toBe(0);
    }).pipe(Effect.provide(layerFixture)),
  );
});

it.effect("finds tools that lead to the first definition of a source", () =>
  Effect.gen(function* () {
    const sources = yield* Sources;
    const input = { type: "object", properties: { x: { $ref: "#/$defs/X" } } };
    const tools = [{ path: "a", input }];
    yield* sources.add(fixtureSource("t", tools));
    const next = fixtureDocument("t", tools, { definitions: { X: { title: "new" } } });
    expect(yield* sources.refresh("t", next)).toMatchObject({ changes: { changed: ["t.a"] } });
  }).pipe(Effect.provide(layerFixture)),
);

describe("Sources.review", () => {
  it.effect("lets waiting tools be called: those named, or all", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const write = (path: string) => ({ path, writes: true });
      yield* sources.add(fixtureSource("r", [write("old"), { path: "turned" }]));
      yield* sources.edit("r", { reviewNewWrites: true });
      const next = [write("old"), write("turned"), write("new"), write("newer"), { path: "read" }];
      expect(yield* sources.refresh("r", fixtureDocument("r", next))).toMatchObject({
        toolCount: 2,
        pendingToolCount: 3,
        changes: { counts: { added: 3, removed: 0, changed: 1 } },
      });
      expect(yield* pendingOf("r")).toEqual(["r.new", "r.newer", "r.turned"]);
      expect(yield* Effect.flip(call("r.new"))).toMatchObject({
        outcome: "blocked",
        errorType: "pending_review",
        message: "r.new is new and waits for the operator's review: executor sources review r.",
      });
      const refreshedAt = yield* DateTime.now;
      const wrong = yield* Effect.either(
        sources.review("r", { refreshedAt, tools: ["r.new", "r.old"] }),
      );
      expect(Either.isLeft(wrong) && wrong.left.message).toContain("r.old.");
      expect(yield* pendingOf("r")).toHaveLength(3);
      expect(yield* sources.review("r", { refreshedAt, tools: ["r.new"] })).toMatchObject({
        toolCount: 3,
        pendingToolCount: 2,
      });
      yield* Effect.flip(call("r.newer"));
      expect(yield* sources.review("r", { refreshedAt, all: true })).toMatchObject({
        toolCount: 5,
        pendingToolCount: 0,
      });
      expect((yield* Effect.flip(call("r.newer"))).errorType).not.toBe("pending_review");
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("lets a tool be called as it was shown alone", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const input = { type: "object", properties: { x: { $ref: "#/$defs/X" } } };
      const write = (path: string, more: Record<string, unknown> = {}) => ({
        path,
        writes: true,
        ...more,
      });
      const read = (tools: ReadonlyArray<Record<string, unknown>>, title = "") =>
        Effect.zipRight(
          TestClock.adjust(1_000),
          sources.refresh("r", fixtureDocument("r", tools, { definitions: { X: { title } } })),
        );
      yield* sources.add(fixtureSource("r", []));
      yield* sources.edit("r", { reviewNewWrites: true });
      const four = [write("same"), write("told"), write("led", { input }), write("gone")];
      yield* read(four);
      const refreshedAt = yield* DateTime.now;
      const next = [...four.slice(0, 3), write("late")];
      yield* read(next);
      yield* read(
        [write("same"), write("told", { description: "other" }), ...next.slice(2)],
        "new",
      );
      for (const changed of ["told", "led", "late", "gone"]) {
        const tools = [`r.same`, `r.${changed}`] as const;
        const { message } = yield* Effect.flip(sources.review("r", { refreshedAt, tools }));
        expect(message).toContain(`as they were at 1970-01-01T00:00:01.000Z: r.${changed}.`);
      }
      yield* sources.review("r", { refreshedAt, all: true });
      expect(yield* pendingOf("r")).toEqual(["r.late", "r.led", "r.told"]);
      const now = (yield* sources.get("r")).refreshedAt ?? refreshedAt;
      yield* sources.review("r", { refreshedAt: now, tools: ["r.led"] });
      expect(yield* pendingOf("r")).toEqual(["r.late", "r.told"]);
    }).pipe(Effect.provide(layerFixture)),
  );
});
