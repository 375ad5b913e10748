import { type ToolCallFailure, whileClockPaused } from "@executor/kernel";
import { describe, expect, layer } from "@effect/vitest";
import { Deferred, Effect } from "effect";
import { failureOf, run, runnerLayer, valueOf, withTimer } from "./support/run.ts";

const failing = (failure: ToolCallFailure) => () => Effect.fail(failure);

describe("tools", () => {
  layer(runnerLayer, { excludeTestServices: true })((it) => {
    it.effect("calls the tool at a path with its input", () =>
      Effect.gen(function* () {
        expect(yield* valueOf("tools.github.repos.get({ owner: 'a' })")).toEqual({
          path: "github.repos.get",
          input: { owner: "a" },
        });
        expect(yield* valueOf("tools['my-source']['a b'].then2()")).toEqual({
          path: "my-source.a b.then2",
          input: {},
        });
        expect(yield* valueOf("tools.search({ query: 'x' })")).toMatchObject({ path: "search" });
        expect(yield* valueOf("tools.x.apply.name.length.constructor()")).toMatchObject({
          path: "x.apply.name.length.constructor",
        });
      }),
    );

    it.effect("is not a promise", () =>
      Effect.gen(function* () {
        expect(
          yield* valueOf("const t = await tools.github; return [typeof t, typeof t.then]"),
        ).toEqual(["function", "undefined"]);
      }),
    );

    it.effect("cannot be changed", () =>
      Effect.gen(function* () {
        const code =
          "tools.github = 1; globalThis.tools = 2; delete tools.github; return (await tools.github.x()).path";
        expect(yield* valueOf(code)).toBe("github.x");
      }),
    );

    it.effect("rejects with the call's failure", () =>
      Effect.gen(function* () {
        const code = `try { await tools.github.get() } catch (e) {
          return [e instanceof Error, e.name, e.message, e.code, e.status, e.tool, e.stack];
        }`;
        const callTool = failing({ message: "Not Found", outcome: "upstream_error", status: 404 });
        expect(yield* valueOf(code, { callTool })).toEqual([
          true,
          "ToolError",
          "Not Found",
          "upstream_error",
          404,
          "github.get",
          expect.stringMatching(/at <anonymous> \(code\.ts:1:\d+\)/),
        ]);
      }),
    );

    it.effect("adds the partial result of the call to the error", () =>
      Effect.gen(function* () {
        const code = "try { await tools.a.b() } catch (e) { return [e.message, e.data, e.status] }";
        const data = { user: { name: "Ada" }, posts: null };
        const failure = { message: "posts failed", outcome: "upstream_error" };
        expect(yield* valueOf(code, { callTool: failing({ ...failure, data }) })).toEqual([
          "posts failed",
          data,
          null,
        ]);
        expect(
          yield* valueOf(code.replace("e.data", "typeof e.data"), {
            callTool: failing(failure),
          }),
        ).toEqual(["posts failed", "undefined", null]);
      }),
    );

    it.effect("adds what the upstream said to the error, whatever the code did to objects", () =>
      Effect.gen(function* () {
        const code = `Object.prototype.status = 1; Object.prototype.headers = Object.prototype.truncated = { x: 1 };
          try { await tools.a.b() } catch (e) { return [e.headers, e.data, e.truncated, typeof e.status] }`;
        const failure = { message: "no", outcome: "upstream_error" };
        const headers = { "retry-after": "17" };
        expect(
          yield* valueOf(code, {
            callTool: failing({ ...failure, headers, data: "x", truncated: ["data"] }),
          }),
        ).toEqual([headers, "x", ["data"], "undefined"]);
        expect(yield* valueOf(code, { callTool: failing(failure) })).toEqual([
          null,
          null,
          null,
          "undefined",
        ]);
      }),
    );

    it.effect("fails the run if the code does not catch the error, with the line of the call", () =>
      Effect.gen(function* () {
        const callTool = failing({ message: "Blocked by policy.", outcome: "blocked" });
        expect(yield* failureOf("const a = 1;\nawait tools.github.get(a)", { callTool })).toEqual({
          _tag: "Failed",
          name: "ToolError",
          message: "Blocked by policy.",
          stack: "    at <anonymous> (code.ts:2:23)",
        });
      }),
    );

    it.effect("turns a defect of the tool into an error without its text", () =>
      Effect.gen(function* () {
        const failure = yield* failureOf("await tools.a.b()", {
          callTool: () => Effect.die(new Error("secret")),
        });
        expect(failure.message).toBe("The call of tools.a.b failed unexpectedly.");
      }),
    );

    it.effect("passes the options of a call on, and no index of a list", () =>
      Effect.gen(function* () {
        const callTool = (_: string, input: string, options: string) =>
          Effect.succeed(JSON.stringify([input, options]));
        const code = `return await Promise.all([
          tools.a.b(), tools.a.b({}, undefined), tools.a.b({}, { response: true }), tools.a.b({}, [1]),
          ...[{ c: 1 }, {}].map(tools.a.b)
        ])`;
        expect(yield* valueOf(code, { callTool, limits: { maxToolCallsInFlight: 2 } })).toEqual([
          ["{}", "null"],
          ["{}", "null"],
          ["{}", '{"response":true}'],
          ["{}", "[1]"],
          ['{"c":1}', "null"],
          ["{}", "null"],
        ]);
      }),
    );

    it.effect(
      "rejects options that are no plain data, or too long, before they leave the sandbox",
      () =>
        Effect.gen(function* () {
          let calls = 0;
          const callTool = () => Effect.sync(() => String(++calls));
          for (const options of ["10n", "() => 1", "{ a: 'x'.repeat(1_000) }"]) {
            const code = `try { await tools.a.b({}, ${options}) } catch (e) { return [e.code, e.message] }`;
            expect(yield* valueOf(code, { callTool })).toEqual([
              "invalid_input",
              expect.stringContaining("The second argument of tools.a.b"),
            ]);
          }
          expect(calls).toBe(0);
        }),
    );

    it.effect("rejects bad input before it leaves the sandbox", () =>
      Effect.gen(function* () {
        let calls = 0;
        const callTool = () => Effect.sync(() => String(++calls));
        const inputs = {
          "10n": "is not JSON",
          "(() => { const a = []; a[0] = a; return a })()": "is not JSON",
          "() => 1": "is a function",
          "'x'.repeat(20_000)": "20002 characters of JSON; at most 10000 are allowed",
        };
        for (const [input, message] of Object.entries(inputs)) {
          const code = `try { await tools.a.b(${input}) } catch (e) { return [e.name, e.code, e.message] }`;
          expect(yield* valueOf(code, { callTool })).toEqual([
            "ToolError",
            "invalid_input",
            expect.stringContaining(message),
          ]);
        }
        expect(calls).toBe(0);
      }),
    );

    it.effect("reports a result that is not JSON", () =>
      Effect.gen(function* () {
        const failure = yield* failureOf("await tools.a.b()", {
          callTool: () => Effect.succeed("{"),
        });
        expect(failure).toMatchObject({
          name: "ToolError",
          message: "The tool's result is not JSON.",
        });
      }),
    );

    it.effect("runs calls concurrently up to the limit", () =>
      Effect.gen(function* () {
        let underWay = 0;
        let most = 0;
        const callTool = (_: string, input: string) =>
          Effect.acquireUseRelease(
            Effect.sync(() => (most = Math.max(most, ++underWay))),
            () => Effect.delay(Effect.succeed(input), "5 millis"),
            () => Effect.sync(() => underWay--),
          );
        const code =
          "const r = await Promise.all(Array.from({ length: 200 }, (_, i) => tools.a.b(i))); return r.join()";
        const value = yield* valueOf(code, { callTool, limits: { maxToolCallsInFlight: 7 } });
        expect(value).toBe(Array.from({ length: 200 }, (_, i) => i).join());
        expect(most).toBe(7);
      }),
    );

    it.effect("makes 10,000 calls at once without blocking the thread", () =>
      Effect.gen(function* () {
        const code =
          "const r = await Promise.all(Array.from({ length: 10_000 }, (_, i) => tools.a.b(i))); return r.length";
        for (const maxToolCallsInFlight of [50, 10_000]) {
          const { result, ticks } = yield* withTimer(
            valueOf(code, { limits: { maxToolCallsInFlight, wallTimeMs: 20_000 } }),
          );
          expect(result).toBe(10_000);
          expect(ticks).toBeGreaterThan(1);
        }
      }),
    );

    it.effect("interrupts calls that are in flight when the run ends", () =>
      Effect.gen(function* () {
        const interrupted = yield* Deferred.make<void>();
        const callTool = (path: string) =>
          path === "a.hangs"
            ? Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined))
            : Effect.succeed("1");
        yield* run("void tools.a.hangs(); return await tools.a.b()", { callTool });
        yield* Deferred.await(interrupted);
      }),
    );

    it.effect("lets the code continue after a failed call inside others", () =>
      Effect.gen(function* () {
        const code = `
          const first = await tools.a.list();
          const all = await Promise.allSettled(first.map((id) => tools.a.get({ id })));
          return all.map((one) => one.status === "fulfilled" ? one.value : one.reason.status);`;
        const callTool = (path: string, input: string) =>
          path === "a.list"
            ? Effect.succeed("[1,2,3]")
            : input === '{"id":2}'
              ? Effect.fail({ message: "gone", outcome: "upstream_error", status: 410 })
              : Effect.succeed(input);
        expect(yield* valueOf(code, { callTool })).toEqual([{ id: 1 }, 410, { id: 3 }]);
      }),
    );

    it.effect("pauses the wall clock while a call waits for a person", () =>
      Effect.gen(function* () {
        const wait = Effect.delay(Effect.succeed("1"), "1500 millis");
        const options = { limits: { wallTimeMs: 1_000 } };
        const waited = yield* run("await tools.a.b()", { ...options, callTool: () => wait });
        expect(waited.outcome).toEqual({ _tag: "TimedOut" });
        const paused = yield* run("await tools.a.b()", {
          ...options,
          callTool: () => whileClockPaused(wait),
        });
        expect(paused.outcome._tag).toBe("Completed");
      }),
    );

    it.effect("limits computing while the clock is paused", () =>
      Effect.gen(function* () {
        const { cpuTimeSeconds, outcome } = yield* run("void tools.a.b(); await 0; for (;;);", {
          limits: { wallTimeMs: 200 },
          callTool: () => whileClockPaused(Effect.never),
        });
        expect(outcome).toEqual({ _tag: "TimedOut" });
        expect(cpuTimeSeconds).toBeLessThan(10);
      }),
    );
  });
});
