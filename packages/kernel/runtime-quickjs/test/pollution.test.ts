import { describe, expect, layer } from "@effect/vitest";
import { Effect } from "effect";
import { failureOf, run, runnerLayer, valueOf } from "./support/run.ts";

const pollution = `
  const lie = () => { throw new Error("polluted") };
  for (const proto of [Object.prototype, Array.prototype, String.prototype, Function.prototype, Promise.prototype,
    Error.prototype, Number.prototype, Map.prototype, RegExp.prototype, Boolean.prototype]) {
    for (const key of ["push", "map", "join", "slice", "call", "apply", "bind", "charCodeAt", "repeat", "get", "set",
      "has", "delete", "resolve", "reject", "message", "outcome", "status", "id", "path", "input", "code", "tool",
      "value", "replace", "forEach", Symbol.iterator, Symbol.toPrimitive]) {
      try {
        Object.defineProperty(proto, key, { configurable: true, get: lie, set: lie });
      } catch {}
    }
  }
  JSON.stringify = JSON.parse = () => "polluted";
  Reflect.apply = Reflect.defineProperty = Object.freeze = Array.isArray = lie;
  globalThis.Promise = globalThis.Proxy = globalThis.Error = globalThis.JSON = globalThis.String = lie;
  globalThis.Map = globalThis.Set = globalThis.InternalError = globalThis.TypeError = lie;
`;

describe("prototype pollution", () => {
  layer(runnerLayer, { excludeTestServices: true })((it) => {
    it.effect("leaves the sandbox's own machinery working", () =>
      Effect.gen(function* () {
        const { console, outcome } = yield* run(
          `${pollution}
          console.log("a", 1);
          const got = await tools.a.b({ x: 1 });
          let failed;
          try { await tools.a.fails() } catch (e) { failed = { name: e.name, message: e.message, code: e.code } }
          return { got, failed };`,
          {
            callTool: (path, input) =>
              path === "a.fails"
                ? Effect.fail({ message: "down", outcome: "upstream_error" })
                : Effect.succeed(input),
          },
        );
        expect(outcome).toMatchObject({
          _tag: "Completed",
          output: {
            json: '{"got":{"x":1},"failed":{"name":"ToolError","message":"down","code":"upstream_error"}}',
          },
        });
        expect(console).toEqual([{ level: "log", text: "a 1" }]);
      }),
    );

    it.effect("does not change how errors, memory and output are reported", () =>
      Effect.gen(function* () {
        const failure = yield* failureOf(`${pollution}\nnull.x`);
        expect(failure.message).toBe("cannot read property 'x' of null");
        const bomb = yield* run(`${pollution}\nlet a = {}; for (;;) a = { a };`);
        expect(bomb.outcome).toEqual({ _tag: "OutOfMemory" });
        const long = yield* run(`${pollution}\nlet a = "abcdefghij"; a += a; a += a; return a`, {
          limits: { maxOutputChars: 5 },
        });
        expect(long.outcome).toMatchObject({
          output: { json: '"abcd', truncated: true, totalChars: 42, totalBytes: 42 },
        });
      }),
    );

    it.effect("cannot fake a result while the run continues", () =>
      Effect.gen(function* () {
        const code = `
          Promise.prototype.then = function (ok) { ok("lie"); return this };
          Object.prototype.then = undefined;
          Object.prototype.toJSON = undefined;
          await new Promise(() => {});`;
        const { outcome } = yield* run(code, { limits: { wallTimeMs: 200 } });
        expect(outcome).toEqual({ _tag: "TimedOut" });
      }),
    );

    it.effect("ends with the run and never reaches the host", () =>
      Effect.gen(function* () {
        yield* run(`${pollution}\nglobalThis.left = 1; Object.prototype.left = 1; return 1`);
        expect(
          yield* valueOf("return [typeof left, ({}).left ?? null, [1, 2].map((n) => n)]"),
        ).toEqual(["undefined", null, [1, 2]]);
        expect(Object.hasOwn(Object.prototype, "left")).toBe(false);
        expect(typeof JSON.stringify({})).toBe("string");
      }),
    );

    it.effect("cannot change the prelude through its objects", () =>
      Effect.gen(function* () {
        const code = `
          try { await tools.a.fails() } catch (e) {
            try { e.constructor.prototype.message = "lie" } catch {}
            try { Object.setPrototypeOf(e.constructor, function () {}) } catch {}
            try { e.constructor.call = 1 } catch {}
          }
          try { console.log = () => {} } catch {}
          console.log("still here");
          try { await tools.a.fails() } catch (e) { return [e.name, e.message] }`;
        const { console, outcome } = yield* run(code, {
          callTool: () => Effect.fail({ message: "down", outcome: "tool_error" }),
        });
        expect(outcome).toMatchObject({ output: { json: '["ToolError","down"]' } });
        expect(console).toEqual([{ level: "log", text: "still here" }]);
      }),
    );
  });
});
