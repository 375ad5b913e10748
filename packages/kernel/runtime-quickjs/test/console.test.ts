import { describe, expect, layer } from "@effect/vitest";
import { Effect } from "effect";
import { run, runnerLayer } from "./support/run.ts";

const textsOf = (code: string, maxOutputChars = 30_000) =>
  Effect.map(run(code, { limits: { maxOutputChars } }), ({ console, consoleTruncated }) => ({
    texts: console.map(({ text }) => text),
    consoleTruncated,
  }));

describe("console", () => {
  layer(runnerLayer, { excludeTestServices: true })((it) => {
    it.effect("keeps levels and order", () =>
      Effect.gen(function* () {
        const { console } = yield* run(
          "console.debug(1); console.log(2); await tools.a.b(); console.info(3); console.warn(4); console.error(5)",
        );
        expect(console.map(({ level, text }) => `${level} ${text}`)).toEqual([
          "debug 1",
          "log 2",
          "info 3",
          "warn 4",
          "error 5",
        ]);
      }),
    );

    it.effect("shows values as a developer expects them", () =>
      Effect.gen(function* () {
        const shown = {
          "'a', 1, null, undefined, true, 10n, -0": "a 1 null undefined true 10n 0",
          "{ a: { b: [1, undefined, NaN] } }": '{"a":{"b":[1,null,"NaN"]}}',
          "() => 1": "[Function]",
          "function named() {}": "[Function: named]",
          "Symbol('s')": "Symbol(s)",
          "new Map([['k', new Set([1])]])": '{"k":[1]}',
          "Promise.resolve(1)": '"[Promise]"',
          "[{ a: 1n, f() {} }]": '[{"a":"1n","f":"[Function: f]"}]',
          "(() => { const a = { b: {} }; a.b.c = a; return a })()": '{"b":{"c":"[Circular]"}}',
          "(() => { const m = new Map(); m.set('m', m); return m })()": '{"m":"[Circular]"}',
          "(() => { const a = { x: 1 }; return [a, a] })()": '[{"x":1},{"x":1}]',
          "new Date(0)": '"1970-01-01T00:00:00.000Z"',
          "tools, tools.a.b": "[tools] [tools.a.b]",
        };
        for (const [values, text] of Object.entries(shown)) {
          expect((yield* textsOf(`console.log(${values})`)).texts).toEqual([text]);
        }
        const { texts } = yield* textsOf("console.log(new TypeError('bad'))");
        expect(texts[0]).toMatch(/^TypeError: bad\n {4}at <anonymous> \(code\.ts:1:\d+\)/);
      }),
    );

    it.effect("cuts the lines at their total length, and marks that", () =>
      Effect.gen(function* () {
        expect(
          yield* textsOf("console.log('abc'); console.log('defgh'); console.log('i')", 6),
        ).toEqual({ texts: ["abc", "de"], consoleTruncated: true });
        expect(yield* textsOf("console.log('abc'); console.log('de')", 7)).toEqual({
          texts: ["abc", "de"],
          consoleTruncated: false,
        });
      }),
    );

    it.effect("survives a flood", () =>
      Effect.gen(function* () {
        const many = yield* textsOf("for (let i = 0; i < 200_000; i++) console.log(i)");
        expect(many.texts.join("\n").length).toBeLessThanOrEqual(30_000);
        expect(many.consoleTruncated).toBe(true);
        const empty = yield* textsOf("for (let i = 0; i < 200_000; i++) console.log()");
        expect(empty.texts.length).toBe(30_000);
        expect(empty.consoleTruncated).toBe(true);
        const huge = yield* textsOf("console.log('a'.repeat(5_000_000), 'b')");
        expect(huge.texts).toEqual(["a".repeat(30_000)]);
      }),
    );

    it.effect("is complete if the code is stopped inside a built-in function", () =>
      Effect.gen(function* () {
        const { console, outcome } = yield* run(
          "console.log('before'); await tools.a.b(); Array.prototype.indexOf.call({ length: 2 ** 50 }, 1)",
          { limits: { wallTimeMs: 300 } },
        );
        expect(outcome).toEqual({ _tag: "TimedOut" });
        expect(console).toEqual([{ level: "log", text: "before" }]);
      }),
    );
  });
});
