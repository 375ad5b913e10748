import { describe, expect, layer } from "@effect/vitest";
import { Effect } from "effect";
import { failureOf, run, runnerLayer, valueOf } from "./support/run.ts";

const completed = (json: string, isNothing = false) => ({
  _tag: "Completed",
  output: { json, truncated: false, totalChars: json.length, totalBytes: json.length, isNothing },
});

describe("results", () => {
  layer(runnerLayer, { excludeTestServices: true })((it) => {
    it.effect("returns values as JSON text", () =>
      Effect.gen(function* () {
        const texts = [
          ["return { a: [1, 'b', null, true], c: undefined }", '{"a":[1,"b",null,true]}'],
          ["1 + 1", "2"],
          ["return null", "null"],
          ["async () => 'x'", '"x"'],
          ["interface A { b: number }\nconst a: A = { b: 3 };\nreturn a.b as number", "3"],
          ["return new Date(0)", '"1970-01-01T00:00:00.000Z"'],
          ["return [NaN, () => 1]", "[null,null]"],
          ["await Promise.all([1, Promise.resolve(2)])", "[1,2]"],
          ["return '\\u0000'", '"\\u0000"'],
        ] as const;
        for (const [code, json] of texts) {
          expect((yield* run(code)).outcome).toEqual(completed(json));
        }
      }),
    );

    it.effect("tells nothing from null", () =>
      Effect.gen(function* () {
        for (const code of ["const a = 1;", "return undefined", "return", "console.log(1);"]) {
          expect((yield* run(code)).outcome).toEqual(completed("null", true));
        }
      }),
    );

    it.effect("gives values that JSON has no form for in one", () =>
      Effect.gen(function* () {
        const texts = [
          ["return new Map([['a', 1], ['b', new Map([['c', [2]]])]])", '{"a":1,"b":{"c":[2]}}'],
          ["return new Map([[1, 'a'], ['b', 2]])", '[[1,"a"],["b",2]]'],
          ["return { s: new Set([1, new Set(['x'])]) }", '{"s":[1,["x"]]}'],
          [
            "return [new TypeError('bad', { cause: new Error('why') })]",
            '[{"name":"TypeError","message":"bad","cause":{"name":"Error","message":"why"}}]',
          ],
          [
            "class E extends Error { code = 7 } return new E('bad')",
            '{"name":"Error","message":"bad","code":7}',
          ],
          ["return { a: 10n, b: 2n ** 70n }", '{"a":"10","b":"1180591620717411303424"}'],
          ["const a = { b: [] }; a.b.push(a, 1); return a", '{"b":["[Circular]",1]}'],
          ["const a = { x: 1 }; return [a, a]", '[{"x":1},{"x":1}]'],
          [
            "return [new Uint8Array([1, 2]), new Float64Array([1.5]), new Uint8Array([3]).buffer]",
            "[[1,2],[1.5],[3]]",
          ],
          ["class P { x = 1; #y = 2; get z() { return 3 } } return new P()", '{"x":1}'],
          [
            "return { r: /a+/g, d: new Date(0), i: new Date(NaN) }",
            '{"r":"/a+/g","d":"1970-01-01T00:00:00.000Z","i":null}',
          ],
          ["return new Map([['a', 1]]).keys()", '["a"]'],
          ["return [1, 2].map(async (n) => n * 2)", "[2,4]"],
          ["return { a: Promise.resolve(1), b: 2 }", '{"a":1,"b":2}'],
          ["return [[Promise.resolve(1)]]", '[["[Promise: await it]"]]'],
          ["return async () => new Map([['called', true]])", '{"called":true}'],
          ["return Object.create(null)", "{}"],
          ["return [Symbol('a'), undefined, () => 1]", "[null,null,null]"],
          ["return { toJSON: () => new Set([1]) }", "[1]"],
        ] as const;
        for (const [code, json] of texts) {
          expect([code, (yield* run(code)).outcome]).toEqual([code, completed(json)]);
        }
      }),
    );

    it.effect("keeps every character", () =>
      Effect.gen(function* () {
        const text = "\u0000 ü 漢 😀 \ud800 \ufeff \u2028";
        expect(yield* valueOf(`return ${JSON.stringify(text)}`)).toBe(text);
        expect(yield* valueOf(`(await tools.a.b(${JSON.stringify(text)})).input`)).toBe(text);
        const { console } = yield* run(`console.log(${JSON.stringify(text)})`);
        expect(console).toEqual([{ level: "log", text }]);
      }),
    );

    it.effect("cuts the result and reports its full length", () =>
      Effect.gen(function* () {
        const { outcome } = yield* run("return 'ü'.repeat(100_000)", {
          limits: { maxOutputChars: 10 },
        });
        expect(outcome).toEqual({
          _tag: "Completed",
          output: {
            json: '"üüüüüüüüü',
            truncated: true,
            totalChars: 100_002,
            totalBytes: 200_002,
            isNothing: false,
          },
        });
      }),
    );

    it.effect("cuts between characters", () =>
      Effect.gen(function* () {
        const { outcome } = yield* run("return '😀'.repeat(50_000)", {
          limits: { maxOutputChars: 4 },
        });
        expect(outcome).toMatchObject({
          output: { json: '"😀', truncated: true, totalChars: 100_002, totalBytes: 200_002 },
        });
      }),
    );

    it.effect("rejects values that JSON cannot hold", () =>
      Effect.gen(function* () {
        const messages = {
          "return tools.github":
            "The result is tools.github, which is a function. Return Object.keys of it",
          "return tools": "The result is tools, which is a function. Return Object.keys of it",
          "return (input) => input": "The result is a function",
          "return Symbol('a')": "The result is a symbol",
        };
        for (const [code, message] of Object.entries(messages)) {
          const failure = yield* failureOf(code);
          expect(failure.name).toBe("TypeError");
          expect(failure.message).toContain(message);
        }
      }),
    );

    it.effect("reports errors with the agent's own lines and columns", () =>
      Effect.gen(function* () {
        expect(yield* failureOf("const a: null = null;\n  a.b;")).toEqual({
          _tag: "Failed",
          name: "TypeError",
          message: "cannot read property 'b' of null",
          stack: "    at <anonymous> (code.ts:2:4)",
        });
        expect(yield* failureOf("foo(1)")).toEqual({
          _tag: "Failed",
          name: "ReferenceError",
          message: "'foo' is not defined",
          stack: "    at <anonymous> (code.ts:1:1)",
        });
      }),
    );

    it.effect("reports code that does not parse", () =>
      Effect.gen(function* () {
        const early = yield* failureOf("const a = 1;\nconst b = ;");
        expect([early.name, early.message]).toEqual([
          "SyntaxError",
          "Unexpected token (line 2, column 11)",
        ]);
        const late = yield* failureOf("let a = 1;\nlet a = 2;");
        expect([late.name, late.message]).toEqual([
          "SyntaxError",
          "invalid redefinition of lexical identifier (line 2, column 7)",
        ]);
      }),
    );

    it.effect("reports a thrown value that is not an error", () =>
      Effect.gen(function* () {
        const messages = {
          "throw 'text'": "The code threw text",
          "throw { a: 1 }": 'The code threw {"a":1}',
          "throw undefined": "The code threw undefined",
          "return Promise.reject(null)": "The code threw null",
          "throw { get message() { throw new Error('inner') } }": "The code threw [object Object]",
          "throw { toJSON() { throw new RangeError('inner') } }": "The code threw [object Object]",
          "throw new Error('x'.repeat(100_000))": "x".repeat(8_000),
        };
        for (const [code, message] of Object.entries(messages)) {
          expect((yield* failureOf(code)).message).toBe(message);
        }
      }),
    );

    it.effect("measures computing, not waiting", () =>
      Effect.gen(function* () {
        const busy = yield* run("const end = Date.now() + 150; while (Date.now() < end);");
        expect(busy.cpuTimeSeconds).toBeGreaterThan(0.14);
        const started = performance.now();
        const waiting = yield* run("await tools.slow.call()", {
          callTool: () => Effect.delay(Effect.succeed("1"), "300 millis"),
        });
        const tookSeconds = (performance.now() - started) / 1000;
        expect(waiting.cpuTimeSeconds).toBeLessThan(tookSeconds - 0.29);
      }),
    );

    it.effect("measures the memory's peak", () =>
      Effect.gen(function* () {
        expect((yield* run("1")).memoryPeakBytes).toBe(16 * 1024 * 1024);
        const { memoryPeakBytes } = yield* run("return new ArrayBuffer(30_000_000).byteLength");
        expect(memoryPeakBytes).toBeGreaterThan(30_000_000);
        expect(memoryPeakBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
      }),
    );
  });
});
