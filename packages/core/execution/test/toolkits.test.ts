import { describe, expect, it } from "@effect/vitest";
import { client, operator, PolicyPattern, ToolkitName, Toolkits } from "@executor/sdk";
import { respellings } from "@executor/testing";
import { total } from "@executor/testing/series";
import { Effect } from "effect";
import { Executions } from "../src/executions.ts";
import { inShop, resume, run } from "./support/approvals.ts";

const addToolkit = (name: string, ...tools: ReadonlyArray<string>) =>
  Effect.flatMap(Toolkits, (toolkits) =>
    toolkits.add({
      name: ToolkitName.make(name),
      description: "",
      tools: tools.map((pattern) => PolicyPattern.make(pattern)),
      policies: [],
      listTools: false,
    }),
  );

const within = <A, E, R>(name: string, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Toolkits, (toolkits) => toolkits.within(name)(effect));

describe("executions with a toolkit", () => {
  it.live("find, read and call its tools alone, however code reaches for others", () =>
    inShop(
      Effect.gen(function* () {
        yield* addToolkit("reader", "shop.read");
        const spellings = respellings.map((respell) => respell("shop.write"));
        const { error, output } = yield* within(
          "reader",
          run(`
            const outcome = (promise) => promise.then(() => "called", ({ code, message }) => code + ": " + message);
            const outcomes = await Promise.all([
              ...${JSON.stringify(spellings)}.map((path) => outcome(path.split(".").reduce((at, key) => at?.[key] ?? at, tools)({ id: 1 }))),
              ...${JSON.stringify(spellings)}.map((path) => outcome(tools[path]({ id: 1 }))),
              outcome(Reflect.get(tools, "shop")["write"].call(null, { id: 1 })),
              outcome(Reflect.apply(tools.shop.write, undefined, [{ id: 1 }])),
              outcome(tools.executor.sources.add({ namespace: "evil" })),
              outcome(tools.describe({ path: "shop.write" })),
            ]);
            const searches = await Promise.all(
              ["shop.write", "write", "tool", "erase"].map((query) => tools.search({ query, limit: 100 })),
            );
            return {
              called: outcomes.filter((each) => each.startsWith("called")),
              codes: [...new Set(outcomes.map((each) => each.split(":", 1)[0]))],
              similar: outcomes.flatMap((each) => (each.split("Similar: ")[1] ?? "").match(/shop\\.\\w+/g) ?? []),
              found: [...new Set(searches.flat().map(({ path }) => path))].filter((path) => path.startsWith("shop")),
              sources: await tools.executor.sources.list({}),
              read: await tools.shop.read({ id: 3 }),
            };
          `),
        );
        expect(error).toBeNull();
        expect(output?.value).toMatchObject({
          called: [],
          found: ["shop.read"],
          read: { id: 3 },
          sources: [
            { namespace: "executor", toolCount: 3 },
            { namespace: "shop", toolCount: 1 },
          ],
        });
        expect(output?.value).toMatchObject({
          codes: expect.not.arrayContaining(["blocked", "declined"]),
          similar: expect.not.arrayContaining(["shop.write"]),
        });
      }),
    ),
  );

  it.live("exist for their own toolkit and for nobody else's", () =>
    inShop(
      Effect.gen(function* () {
        const executions = yield* Executions;
        yield* addToolkit("one", "shop.*");
        yield* addToolkit("two", "shop.*");
        const before = total("executor.executions", { "executor.toolkit": "one" });
        const paused = yield* within("one", run("return await tools.shop.write({ id: 1 })"));
        expect(paused).toMatchObject({ status: "paused", toolkit: "one" });
        const whole = yield* run("return 1");
        expect(whole.toolkit).toBeNull();

        for (const caller of [client("mcp:one"), operator]) {
          const refused = yield* Effect.flip(within("two", resume(paused, { caller })));
          expect(refused._tag).toBe("ExecutionNotFound");
        }
        const answering = executions.answer({
          id: paused.id,
          caller: client("mcp:one"),
          answers: new Map([[paused.approvals[0]?.id ?? "", { action: "accept" as const }]]),
        });
        expect((yield* Effect.flip(within("two", answering)))._tag).toBe("ExecutionNotFound");
        for (const { id } of [paused, whole]) {
          const refused = yield* Effect.flip(within("two", executions.get(id)));
          expect(refused._tag).toBe("ExecutionNotFound");
        }
        expect(yield* within("two", executions.list(10))).toEqual([]);
        expect(yield* within("two", executions.list(10, "one"))).toEqual([]);
        const listed = (some: ReadonlyArray<{ readonly id: string }>) => some.map(({ id }) => id);
        expect(listed(yield* within("one", executions.list(10)))).toEqual([paused.id]);
        expect(listed(yield* executions.list(10, "one"))).toEqual([paused.id]);
        expect(listed(yield* executions.list(10))).toEqual([whole.id, paused.id]);

        const ended = yield* within("one", resume(paused));
        expect(ended).toMatchObject({ status: "completed", output: { value: { id: 1 } } });
        expect((yield* Effect.flip(within("two", resume(paused))))._tag).toBe("ExecutionNotFound");
        expect(total("executor.executions", { "executor.toolkit": "one" }) - before).toBe(1);
      }),
    ),
  );

  it.live("keep their scope over a pause and an edit, whoever answers", () =>
    inShop(
      Effect.gen(function* () {
        const toolkits = yield* Toolkits;
        yield* addToolkit("kit", "shop.write");
        const code = `
          const first = await tools.shop.write({ id: 1 }).catch(({ code }) => code);
          const second = await tools.shop.read({ id: 2 }).catch(({ code }) => code);
          return [first, second, (await tools.search({ query: "tool" }).catch(({ code }) => [code])).length];
        `;
        const kept = yield* within("kit", run(code));
        expect((yield* resume(kept, { caller: operator })).output?.value).toMatchObject([
          { id: 1 },
          "invalid_input",
          expect.any(Number),
        ]);
        const removed = yield* within("kit", run(code));
        yield* toolkits.remove("kit");
        expect((yield* resume(removed, { caller: operator })).output?.value).toEqual([
          "blocked",
          "blocked",
          1,
        ]);
        const refused = yield* Effect.flip(within("kit", run("return 1")));
        expect(refused._tag).toBe("ToolkitNotFound");

        yield* addToolkit("kit", "shop.write");
        const left = yield* within("kit", run(code));
        yield* toolkits.remove("kit");
        yield* addToolkit("kit", "shop.*");
        expect((yield* within("kit", resume(left))).output?.value).toEqual([
          "blocked",
          "blocked",
          1,
        ]);
      }),
    ),
  );
});
