import { describe, expect, it } from "@effect/vitest";
import wasmPath from "@jitl/quickjs-wasmfile-release-sync/wasm" with { type: "file" };
import * as fc from "fast-check";
import { makeEngine, makeEngineImage } from "../src/engine/engine.ts";
import { suspendingWasm } from "../src/engine/interrupts.ts";
import { interruptibleLoops } from "../src/engine/wasm-rewriting.ts";
import { Sandbox, type SandboxEnd } from "../src/host/sandbox.ts";
import { typeStripper } from "./support/type-stripper.ts";

const wasmModule = await WebAssembly.compile(interruptibleLoops(await Bun.file(wasmPath).bytes()));
const suspending = await WebAssembly.compile(suspendingWasm);
const image = await makeEngineImage(wasmModule);
const limits = {
  memoryBytes: 32 * 1024 * 1024,
  maxOutputChars: 1_000,
  maxToolInputChars: 1_000,
  maxBlockBytes: 1_000_000,
  maxContentBytes: 2_000_000,
  maxToolCallsInFlight: 2,
};

interface Plan {
  /** Whether the code is suspended at the check of this number, from 1. */
  readonly suspends: (check: number) => boolean;
  /** Number of rests after which the code is stopped. */
  readonly maxRests?: number;
  /** Called during each rest. */
  readonly onRest?: (sandbox: Sandbox, rest: number) => void;
}

/** Runs the code; tool calls are answered with their input at the next turn of the event loop. */
const runHere = async (code: string, plan: Plan) => {
  const engine = await makeEngine(wasmModule, limits.memoryBytes, { image, suspending });
  let checks = 0;
  let rests = 0;
  const end = await new Promise<SandboxEnd>((resolve) => {
    const sandbox: Sandbox = new Sandbox(engine, limits, {
      shouldStop: () => {
        checks++;
        return rests >= (plan.maxRests ?? Infinity);
      },
      isTurnOver: () => plan.suspends(checks),
      rest: async () => {
        rests++;
        await new Promise((resume) => setTimeout(resume));
        plan.onRest?.(sandbox, rests);
      },
      onCall: ({ id, inputJson: json }) =>
        setTimeout(() => sandbox.answer([{ id, succeeded: true, json }])),
      onConsole: () => {},
      onContent: () => {},
      onTurnStart: () => {},
      onTurnEnd: () => {},
      onMemory: () => {},
      onEnd: resolve,
    });
    sandbox.start(code, typeStripper);
  });
  return { ...end, rests, checks };
};

const never: Plan = { suspends: () => false };
/** At every other check, so that the code goes on. */
const often: Plan = { suspends: (check) => check % 2 === 0 };

/** Code that never ends, by what it is busy with. */
const endless: Readonly<Record<string, string>> = {
  "a loop": "for (;;) {}",
  "promise jobs": "for (;;) await null",
  "a built-in function that searches": "Array.prototype.lastIndexOf.call({ length: 2 ** 50 }, 1)",
  "a regular expression": "return /^(a|a?)+$/.test('a'.repeat(50) + 'b')",
  "a comparison while sorting": "return [3, 2, 1].sort(() => { for (;;) {} })",
  "a built-in function that calls back": "return 'a'.replace(/a/, () => { for (;;) {} })",
  "its result's text": "return { toJSON() { for (;;) {} } }",
  "its error's text": "throw { get message() { for (;;) {} } }",
  "what it writes to the console": "console.log({ toJSON() { for (;;) {} } })",
  "the answer of a call":
    "Object.defineProperty(Object.prototype, 'then', { get() { for (;;) {} } }); await tools.a({ b: 1 })",
};

describe("suspended code", () => {
  it.each(Object.entries(endless))(
    "gives turns in %s, and ends when it is stopped",
    async (_, code) => {
      const { outcome, rests } = await runHere(code, { ...often, maxRests: 5 });
      expect([outcome, rests]).toEqual([{ _tag: "Stopped" }, 5]);
    },
  );

  it("is entered by nothing: answers wait until it goes on", async () => {
    const { outcome, rests } = await runHere(
      `const answer = tools.a({ n: 1 }); let seen = 0; void answer.then(() => { seen++ });
       for (let n = 0; n < 1_000_000; n++) {}
       const before = seen; const { n } = await answer; return [before, seen, n]`,
      {
        ...often,
        onRest: (sandbox, rest) => {
          if (rest > 3) return;
          sandbox.answer([{ id: 99, succeeded: true, json: "1" }]);
          sandbox.wake();
        },
      },
    );
    expect(rests).toBeGreaterThan(3);
    expect(outcome).toMatchObject({ output: { json: "[0,1,1]" } });
  });

  it("is not suspended inside of a host function, below which it cannot be", async () => {
    const { outcome } = await runHere(`return "\u3042".repeat(3_000_000)`, often);
    // The host measures what is cut off, in many small parts whose characters QuickJS loops over.
    expect(outcome).toMatchObject({ output: { totalChars: 3_000_002, totalBytes: 9_000_002 } });
  });

  const overflow = /Crashed.*overflowed|Failed.*stack overflow/;
  const bounded: ReadonlyArray<readonly [code: string, outcome: RegExp]> = [
    ["const f = (n) => f(n + 1) + 1; return f(0)", overflow],
    ["const f = (n) => [1].map(() => f(n + 1))[0]; return f(0)", overflow],
    ["const f = (n) => JSON.stringify({ toJSON: () => f(n + 1) }); return f(0)", overflow],
    [
      "let a = []; for (let n = 0; n < 1e5; n++) a = [a]; return JSON.stringify(a)",
      /Crashed.*overflowed|Failed.*stack overflow/,
    ],
    ["return eval('('.repeat(5_000) + ')'.repeat(5_000))", overflow],
    ["return new RegExp('(?:'.repeat(20_000) + ')'.repeat(20_000)).test('')", overflow],
    ["let a = {}; for (;;) a = { a }", /OutOfMemory/],
    ["const all = []; for (;;) all.push(new Array(1e5).fill(1))", /OutOfMemory/],
    ["return new Array(1e9).fill(1)", /OutOfMemory/],
    ["for (let n = 0; n < 1e6; n++); throw new RangeError('on purpose')", /RangeError/],
    ["return (", /SyntaxError/],
  ];

  it.each(bounded)("meets its bounds as other code does: %s", async (code, expected) => {
    const { outcome } = await runHere(code, often);
    expect(JSON.stringify(outcome)).toMatch(expected);
  });

  it("ends as it does without rests, wherever it is suspended", async () => {
    const statement = fc.constantFrom(
      "for (let i = 0; i < 120_000; i++) n += i % 3;",
      "n += [5, 3, 4, 1].sort((a, b) => { for (let i = 0; i < 20_000; i++) n++; return a - b })[0];",
      "n += (await tools.x.y({ n })).n % 1_000;",
      "for (let i = 0; i < 200; i++) await null;",
      "n += 'b'.repeat(9_000).lastIndexOf('a');",
      "try { (() => { for (let i = 0; i < 50_000; i++); throw new Error(n) })() } catch (e) { n -= 1 }",
      "n += JSON.stringify({ toJSON() { for (let i = 0; i < 30_000; i++); return n } }).length;",
      "console.log({ toJSON() { for (let i = 0; i < 30_000; i++); return n } });",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(statement, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.boolean()),
        async (statements, pattern) => {
          const code = `let n = 0; ${statements.join("\n")} return n`;
          const plain = await runHere(code, never);
          expect(plain.outcome._tag).toBe("Completed");
          const suspends = () => pattern.next().value === true;
          expect((await runHere(code, { suspends })).outcome).toEqual(plain.outcome);
        },
      ),
      { numRuns: 30 },
    );
  });
});
