import { describe, expect, it } from "@effect/vitest";
import { ComputingBudget } from "@executor/kernel";
import { operator } from "@executor/sdk";
import { toLogRecord } from "@executor/telemetry/logging";
import { Effect, Either, Fiber, Layer, Logger } from "effect";
import { Executions } from "../src/executions.ts";
import { active, until } from "./support/approvals.ts";
import { layerWith } from "./support/layer.ts";
import { addShop } from "./support/plugin.ts";
import { observed, total } from "@executor/testing/series";

const run = (code: string, timeoutMs?: number) =>
  Effect.flatMap(Executions, (executions) =>
    executions.run({ code, trigger: "api", owner: operator, timeoutMs }),
  );

/** Result of the effect, and the growth of `measure` while it runs. */
const growth = <A, E, R>(measure: () => number, effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const before = measure();
    return Effect.map(effect, (value) => [value, measure() - before] as const);
  });

const ended = (status: string) => () => total("executor.executions", { status, trigger: "api" });

describe("Executions", () => {
  it.live("complete, are counted and are stored", () =>
    Effect.gen(function* () {
      const [execution, counted] = yield* growth(
        ended("completed"),
        run("const x: number = 20; console.log('adding', { x }); return { sum: x + 22 };"),
      );
      expect(execution).toMatchObject({
        status: "completed",
        output: { value: { sum: 42 }, truncated: false },
        error: null,
        console: [{ level: "log" }],
      });
      expect(counted).toBe(1);
      const executions = yield* Executions;
      expect(yield* executions.get(execution.id)).toEqual(execution);
      expect((yield* executions.list(10)).map(({ id }) => id)).toEqual([execution.id]);
      expect(total("executor.execution.active", { state: "running" })).toBe(0);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("measure what results of tools and of runs would cost a context, in tokens", () =>
    Effect.gen(function* () {
      yield* addShop;
      const [, results] = yield* growth(
        () => observed("executor.tool.result.tokens", { "executor.source": "shop" }),
        run(
          "return (await tools.shop.read({ words: 'four words of text '.repeat(100) })).words.length",
        ),
      );
      expect(results).toBeGreaterThan(340);
      expect(results).toBeLessThan(460);
      const [, outputs] = yield* growth(
        () => observed("executor.execution.output.tokens"),
        run("return 'four words of text '.repeat(100_000)"),
      );
      // The result is cut after 30,000 characters: 6,300 words.
      expect(outputs).toBeGreaterThan(5_400);
      expect(outputs).toBeLessThan(7_200);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("distinguish a failure, a timeout and a lack of memory", () =>
    Effect.gen(function* () {
      const [failed, failures] = yield* growth(
        ended("failed"),
        run("throw new TypeError('no such luck')"),
      );
      expect(failed).toMatchObject({
        status: "failed",
        error: { name: "TypeError", message: "no such luck" },
      });
      expect(failures).toBe(1);

      const terminations = (reason: string) => () =>
        total("executor.sandbox.terminations", { reason });
      const [slow, timeouts] = yield* growth(terminations("timeout"), run("while (true) {}", 200));
      expect(slow).toMatchObject({ status: "timeout", error: { name: "Timeout" } });
      expect(timeouts).toBe(1);

      const [big, outOfMemory] = yield* growth(
        terminations("out_of_memory"),
        run("const all = []; while (true) all.push(new Array(10000).fill(all.length));"),
      );
      expect(big).toMatchObject({ status: "out_of_memory", error: { name: "OutOfMemory" } });
      expect(outOfMemory).toBe(1);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("let agent code find and describe tools, and count the calls", () =>
    Effect.gen(function* () {
      const calls = () =>
        total("executor.tool.calls", { "executor.source": "executor", outcome: "ok" });
      const [execution, counted] = yield* growth(
        calls,
        run(`
          const [found] = await tools.search({ query: "describe tool" });
          const tool = await tools.describe({ path: found.path });
          const all = await Promise.all([1, 2, 3].map(() => tools.executor.sources.list()));
          return { path: tool.path, required: tool.inputSchema.required, lists: all.length };
        `),
      );
      expect(execution.output?.value).toEqual({
        path: "executor.tools.describe",
        required: ["path"],
        lists: 3,
      });
      expect(execution.toolCalls).toBe(5);
      expect(counted).toBe(5);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("give agent code errors that it can act on", () =>
    Effect.gen(function* () {
      const execution = yield* run(`
        const errors = [];
        for (const call of [
          () => tools.nobody.here({}),
          () => tools.executor.tools.search({ wrong: 1 }),
          () => tools.describe({ path: "executor.tools.serch" }),
        ]) {
          try { await call(); } catch (error) {
            errors.push({ name: error.name, code: error.code, message: error.message });
          }
        }
        return errors;
      `);
      expect(execution.output?.value).toMatchObject(
        [
          { name: "ToolError", code: "invalid_input", message: /no tool nobody.here/ },
          { code: "invalid_input", message: /"query"/ },
          { code: "tool_error", message: /executor.tools.search/ },
        ].map((error) => ({ ...error, message: expect.stringMatching(error.message) })),
      );
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("cut output that is too long, and mark it as truncated", () =>
    Effect.gen(function* () {
      const { output } = yield* run("return 'x'.repeat(100000)");
      expect(output).toMatchObject({ truncated: true, totalChars: 100_002 });
      expect(output?.value).toHaveLength(30_000);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("are cancelled and stored if their caller disconnects", () =>
    Effect.gen(function* () {
      const executions = yield* Executions;
      const [, counted] = yield* growth(
        ended("cancelled"),
        Effect.gen(function* () {
          const fiber = yield* Effect.fork(run("await new Promise(() => {})"));
          yield* until(Effect.sync(active), ({ running }) => running === 1);
          yield* Fiber.interrupt(fiber);
        }),
      );
      expect(counted).toBe(1);
      expect(yield* executions.list(1)).toMatchObject([{ status: "cancelled" }]);
      expect(total("executor.execution.active", { state: "running" })).toBe(0);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("cancel the calls that their code does not wait for, which are no failures", () =>
    Effect.gen(function* () {
      yield* addShop;
      const calls = { "mcp.tool.name": "shop.slow", "executor.source": "shop" };
      const { status } = yield* run("tools.shop.slow({}); await tools.shop.read({}); return 1");
      expect(status).toBe("completed");
      expect(total("executor.tool.calls", { ...calls, outcome: "cancelled" })).toBe(1);
      expect(total("executor.tool.calls", calls)).toBe(1);
      expect(total("executor.tool.call.errors", { "executor.source": "shop" })).toBe(0);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("complete on two slots without starvation, 32 at once", () =>
    Effect.gen(function* () {
      const [results, queued] = yield* growth(
        () => total("executor.execution.queue.duration"),
        Effect.all(
          Array.from({ length: 32 }, (_, index) => run(`return ${index}`)),
          { concurrency: "unbounded" },
        ),
      );
      expect(results.map(({ output }) => output?.value)).toEqual(results.map((_, index) => index));
      expect(queued).toBe(32);
    }).pipe(Effect.provide(layerWith({ maxRunning: 2 }))),
  );

  it.live("are refused if the queue is full", () =>
    Effect.gen(function* () {
      const results = yield* Effect.all(
        Array.from({ length: 4 }, () => Effect.either(run("return 1"))),
        { concurrency: "unbounded" },
      );
      expect(results.filter(Either.isLeft)).toMatchObject([
        { left: { _tag: "TooManyExecutions" } },
      ]);
      expect(total("executor.execution.refusals", { reason: "queue_full" })).toBe(1);
    }).pipe(Effect.provide(layerWith({ maxRunning: 1, maxWaiting: 2 }))),
  );

  it.live("are refused while the budget of computing is used up", () => {
    let retryAfterSeconds = 30;
    const budget = { spend: () => {}, retryAfterSeconds: () => retryAfterSeconds };
    const refusals = () => total("executor.execution.refusals", { reason: "computing_budget" });
    return Effect.gen(function* () {
      const [error, refused] = yield* growth(refusals, Effect.flip(run("return 1")));
      expect(error).toMatchObject({ _tag: "ComputingBudgetSpent", retryAfterSeconds: 30 });
      expect(refused).toBe(1);
      retryAfterSeconds = 0;
      expect((yield* run("return 1")).status).toBe("completed");
    }).pipe(
      Effect.provide(layerWith().pipe(Layer.provide(Layer.succeed(ComputingBudget, budget)))),
    );
  });

  it.live("are listed while they run, with what they have done so far", () =>
    Effect.gen(function* () {
      const executions = yield* Executions;
      const fiber = yield* Effect.fork(
        run(
          "console.log('so far'); await tools.search({ query: 'a' }); await new Promise(() => {})",
        ),
      );
      const [one] = yield* until(executions.list(10), ([first]) => first?.toolCalls === 1);
      expect(one).toMatchObject({ status: "running", trigger: "api" });
      expect(yield* executions.get(one?.id ?? "")).toMatchObject({
        status: "running",
        console: [{ text: "so far" }],
        output: null,
        error: null,
      });
      yield* Fiber.interrupt(fiber);
      expect(yield* executions.list(10)).toMatchObject([{ id: one?.id, status: "cancelled" }]);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("are interrupted if the process died under them, and counted once", () =>
    Effect.gen(function* () {
      const executions = yield* Executions;
      // Services of a later process on the same database: they know nothing of the run of this one.
      const restarted = Executions.pipe(
        Effect.flatMap(({ list }) => list(1)),
        Effect.provide(Layer.fresh(Executions.layer)),
      );
      const fiber = yield* Effect.fork(run("await new Promise(() => {})"));
      yield* until(executions.list(1), ([first]) => first?.status === "running");
      const durations = () => total("executor.execution.duration", { status: "interrupted" });
      const [listed, counted] = yield* growth(ended("interrupted"), restarted);
      expect(listed).toMatchObject([{ status: "interrupted", durationMs: expect.any(Number) }]);
      expect(counted).toBe(1);
      expect(yield* growth(ended("interrupted"), restarted)).toEqual([listed, 0]);
      expect(durations()).toBe(0);
      // A run that lives on against all odds changes nothing of what was said about its end.
      yield* Fiber.interrupt(fiber);
      const [{ id } = { id: "" }] = listed;
      const { error, status } = yield* executions.get(id);
      expect([status, error?.name]).toEqual(["interrupted", "Interrupted"]);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("tell who asked for them", () =>
    Effect.gen(function* () {
      const executions = yield* Executions;
      const caller = { client: "cursor", subject: "key:one" };
      yield* executions.run({ code: "return 1", trigger: "mcp", owner: operator, caller });
      yield* run("return 2");
      const listed = yield* executions.list(2);
      expect(listed.map((one) => one.caller)).toEqual([{ client: null, subject: null }, caller]);
    }).pipe(Effect.provide(layerWith())),
  );

  it.live("are deleted, oldest first, when the history is full", () =>
    Effect.gen(function* () {
      const executions = yield* Executions;
      const [first] = yield* Effect.forEach([1, 2, 3, 4], (value) => run(`return ${value}`));
      expect(yield* executions.list(10)).toHaveLength(3);
      const error = yield* Effect.flip(executions.get(first?.id ?? ""));
      expect(error._tag).toBe("ExecutionNotFound");
    }).pipe(Effect.provide(layerWith({ maxHistory: 3 }))),
  );

  it.live("log what breaks in them with their id", () => {
    const ids: Array<string | undefined> = [];
    const logger = Logger.make((options) => {
      ids.push(toLogRecord(options).executionId);
    });
    return Effect.gen(function* () {
      yield* addShop;
      const { id } = yield* run("return await tools.shop.broken({}).catch(({ code }) => code)");
      expect(ids).toEqual([id]);
    }).pipe(
      Effect.provide(Layer.provideMerge(layerWith(), Logger.replace(Logger.defaultLogger, logger))),
    );
  });
});
