import { describe, expect, layer } from "@effect/vitest";
import { Effect } from "effect";
import { failureOf, run, runnerLayer, valueOf } from "./support/run.ts";

const completed = (json: string) => ({
  _tag: "Completed",
  output: { json, truncated: false, totalChars: json.length, totalBytes: json.length },
});

describe("results", () => {
  layer(runnerLayer, { excludeTestServices: true })((it) => {
    it.effect("returns values as JSON text", () =>
      Effect.gen(function* () {
        const texts = [
          ["return { a: [1, 'b', null, true], c: undefined }", '{"a":[1,"b",null,true]}'],
          ["1 + 1", "2"],
          ["const a = 1;", "null"],
          ["return undefined", "null"],
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
          "return { a: 10n }": "BigInt",
          "const a = {}; a.a = a; return a": "circular",
          "return tools.github": "The result is a function",
          "return Symbol('a')": "The result is a symbol",
        };
        for (const [code, message] of Object.entries(messages)) {
          const failure = yield* failureOf(code);
          expect(failure.name).toBe("TypeError");
          expect(failure.message).toContain(message);
          expect(failure.message).toContain("Return plain data.");
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
