import { describe, expect, layer } from "@effect/vitest";
import { Effect } from "effect";
import { run, runnerLayer, valueOf, withTimer } from "./support/run.ts";

const nested = 20_000;

/** Code, the outcomes that may end it, and its name. */
const cases: ReadonlyArray<readonly [name: string, outcomes: string, code: string]> = [
  ["an endless loop", "TimedOut", "for (;;);"],
  [
    "an endless loop that catches everything",
    "TimedOut",
    "for (;;) { try { for (;;); } catch {} finally { continue } }",
  ],
  ["an endless regular expression", "TimedOut", '/(a+)+$/.test("a".repeat(40) + "b")'],
  ["an endless native loop", "TimedOut", "Array.prototype.indexOf.call({ length: 2 ** 50 }, 1)"],
  [
    "an endless chain of promises",
    "TimedOut",
    "const f = () => Promise.resolve().then(f); await f()",
  ],
  ["an endless await", "TimedOut", "for (;;) await null"],
  ["a promise that never settles", "TimedOut", "await new Promise(() => {})"],
  ["an endless getter in the result", "TimedOut", "return { get a() { for (;;); } }"],
  ["an endless getter in an error", "TimedOut", "throw { get message() { for (;;); } }"],
  ["an endless getter in the console", "TimedOut", "console.log({ get a() { for (;;); } })"],
  ["an endless generator", "TimedOut", "function* g() { for (;;) yield 1 }\nfor (const x of g());"],
  ["an endless sort", "TimedOut", "[1, 2, 3].sort(() => { for (;;); })"],
  ["a bomb of arrays", "OutOfMemory", "const a = []; for (;;) a.push(new Array(1000).fill(1))"],
  [
    "a bomb of strings",
    "OutOfMemory",
    "const a = []; for (;;) a.push('x'.repeat(100_000) + a.length)",
  ],
  ["a doubling string", "OutOfMemory|Failed", "let a = 'x'; for (;;) { a += a; a.charCodeAt(0) }"],
  ["a bomb of buffers", "OutOfMemory", "const a = []; for (;;) a.push(new ArrayBuffer(1_000_000))"],
  ["one huge buffer", "OutOfMemory", "return new ArrayBuffer(1_000_000_000).byteLength"],
  ["a buffer larger than any memory", "OutOfMemory", "return new ArrayBuffer(2 ** 31 - 1)"],
  ["an error like out of memory", "Failed", 'throw new InternalError("out of memory")'],
  [
    "an error with that name",
    "Failed",
    'throw Object.assign(new Error(), { name: "OutOfMemory" })',
  ],
  ["an error like a stack overflow", "Failed", 'throw new InternalError("stack overflow")'],
  ["an error like an interruption", "Failed", 'throw new InternalError("interrupted")'],
  ["null as an error", "Failed", "throw null"],
  [
    "an error like out of memory in a memory that is almost full",
    "Failed",
    'const a = []; for (let i = 0; i < 160; i++) a.push(new ArrayBuffer(300_000)); throw new InternalError("out of memory")',
  ],
  ["a bomb of objects", "OutOfMemory", "let a = {}; for (;;) a = { a }"],
  ["a bomb of promises", "OutOfMemory", "const a = []; for (;;) a.push(new Promise(() => {}))"],
  [
    "a bomb of tool calls",
    "OutOfMemory",
    "const a = []; for (;;) a.push(tools.a.b('x'.repeat(5000)))",
  ],
  ["endless tool calls", "TimedOut", "for (;;) tools.a.b()"],
  [
    "a bomb in a catch",
    "OutOfMemory",
    "const a = []; function f() { try { for (;;) a.push(new Array(1000).fill(1)) } catch { a.push(1); return f() } }\nf()",
  ],
  ["a bomb of closures", "OutOfMemory", "let f = () => 1; for (;;) { const g = f; f = () => g }"],
  [
    "a bomb by JSON",
    "OutOfMemory",
    "const a = { a: Array(1000).fill('x'.repeat(10_000)) }; return Array(1000).fill(a)",
  ],
  ["nested parentheses", "Crashed|Failed", `return ${"(".repeat(nested)}1${")".repeat(nested)}`],
  ["nested arrays", "Crashed|Failed", `return ${"[".repeat(nested)}${"]".repeat(nested)}`],
  ["nested unary operators", "Crashed|Failed|Completed", `return ${"!".repeat(nested)}1`],
  ["nested blocks", "Crashed|Failed", `${"{".repeat(nested)}${"}".repeat(nested)}`],
  ["nested arrow functions", "Crashed|Failed", `return ${"()=>".repeat(nested)}1`],
  ["nested types", "Crashed|Failed", `let a: ${"[".repeat(nested)}${"]".repeat(nested)}; return 1`],
  ["nested templates", "Crashed|Failed", `return ${"`${".repeat(nested)}1${"}`".repeat(nested)}`],
  ["nested casts", "Failed", `return ${"<T>(".repeat(14)}1${")".repeat(14)}`],
  ["nested arrows after conditions", "Failed", `return ${"a?(b):c=>".repeat(30)}1`],
  ["semicolons in the middle", "Failed", `"1"${" ;".repeat(20_000)} x`],
  ["code that is too long", "Failed", ";".repeat(200_000)],
  [
    "nested eval",
    "Crashed|Failed",
    `return eval("(".repeat(${nested}) + "1" + ")".repeat(${nested}))`,
  ],
  [
    "nested JSON",
    "Crashed|Failed",
    `return JSON.parse("[".repeat(${nested}) + "]".repeat(${nested}))`,
  ],
  [
    "a deep result",
    "Crashed|Failed",
    "let a = []; for (let i = 0; i < 100_000; i++) a = [a]; return a",
  ],
  [
    "a deep value in the console",
    "Completed",
    "let a = []; for (let i = 0; i < 100_000; i++) a = [a]; console.log(a)",
  ],
  ["deep recursion", "Failed", "const f = (n) => f(n + 1) + 1; return f(0)"],
  [
    "deep proxies",
    "Crashed|Failed",
    "let p = {}; for (let i = 0; i < 100_000; i++) p = new Proxy(p, {}); return p.x",
  ],
  [
    "a deep regular expression",
    "Crashed|Failed",
    `return new RegExp("(?:".repeat(${nested}) + ")".repeat(${nested}))`,
  ],
];

describe("hostile code", () => {
  layer(runnerLayer, { excludeTestServices: true })((it) => {
    for (const [name, outcomes, code] of cases) {
      it.effect(
        `contains ${name}`,
        () =>
          Effect.gen(function* () {
            const options = { limits: { wallTimeMs: outcomes === "TimedOut" ? 250 : 10_000 } };
            const started = performance.now();
            const { result, ticks } = yield* withTimer(run(code, options));
            expect(outcomes.split("|")).toContain(result.outcome._tag);
            expect(result.memoryPeakBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
            if (outcomes === "TimedOut") {
              expect(ticks).toBeGreaterThan(1);
              expect(performance.now() - started).toBeLessThan(10_000);
            }
            expect(yield* valueOf("return 1 + 1")).toBe(2);
          }),
        15_000,
      );
    }

    it.effect("contains an output of 100 MB", () =>
      Effect.gen(function* () {
        const { outcome } = yield* run("return 'x'.repeat(5_000_000)");
        expect(outcome).toMatchObject({
          _tag: "Completed",
          output: { truncated: true, totalChars: 5_000_002, totalBytes: 5_000_002 },
        });
        if (outcome._tag === "Completed") expect(outcome.output.json.length).toBe(30_000);
        const huge = yield* run("return 'x'.repeat(100_000_000)");
        expect(huge.outcome).toEqual({ _tag: "OutOfMemory" });
      }),
    );

    it.effect("has no way out of the sandbox", () =>
      Effect.gen(function* () {
        const names = [
          ..."fetch process require Bun Worker XMLHttpRequest WebSocket Deno global self window".split(
            " ",
          ),
          ..."setTimeout setInterval queueMicrotask postMessage SharedArrayBuffer Atomics".split(
            " ",
          ),
          ..."WebAssembly navigator Buffer performance module exports __dirname std os".split(" "),
        ];
        const found = yield* valueOf(
          `return ${JSON.stringify(names)}.filter((name) =>
            name in globalThis || (0, eval)("typeof " + name) !== "undefined" || new Function("return typeof " + name)() !== "undefined")`,
        );
        expect(found).toEqual([]);
      }),
    );

    it.effect("rejects every attempt to reach the host", () =>
      Effect.gen(function* () {
        const attempts = [
          'fetch("http://127.0.0.1")',
          "process.exit(1)",
          'require("fs")',
          'await import("fs")',
          'await import("std")',
          'await import("/etc/passwd")',
          "await eval(\"import('os')\")",
          'this.constructor.constructor("return process")()',
          'console.log.constructor("return process")()',
          'tools.a.constructor.constructor("return process")().exit()',
          'Object.getPrototypeOf(async () => {}).constructor("return process")().then((p) => p.exit())',
          "new Atomics.wait()",
        ];
        for (const code of attempts) {
          const callTool = () => Effect.fail({ message: "no such tool", outcome: "tool_error" });
          const { outcome } = yield* run(code, { callTool });
          expect([code, outcome._tag]).toEqual([code, "Failed"]);
        }
        const imported = yield* run('import("fs")');
        expect(imported.outcome).toMatchObject({
          message: expect.stringContaining("Imports are not available here"),
        });
      }),
    );
  });
});
