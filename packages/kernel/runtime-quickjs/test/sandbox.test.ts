import { describe, expect, it } from "@effect/vitest";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type EngineImage, makeEngine, makeEngineImage } from "../src/engine/engine.ts";
import { interruptibleLoops } from "../src/engine/wasm-rewriting.ts";
import type { SandboxCall } from "../src/guest/bridge.ts";
import { Sandbox, type SandboxEnd, type SandboxHost } from "../src/host/sandbox.ts";
import { typeStripper } from "./support/type-stripper.ts";

/** Runs the code in this thread, as a platform without threads does; `shouldStop` checks a clock. */
const wasmPath = fileURLToPath(import.meta.resolve("@jitl/quickjs-wasmfile-release-sync/wasm"));
const wasm = readFileSync(wasmPath);
const wasmModule = await WebAssembly.compile(interruptibleLoops(wasm));
const limits = {
  memoryBytes: 32 * 1024 * 1024,
  maxOutputChars: 1_000,
  maxToolInputChars: 1_000,
  maxBlockBytes: 1_000_000,
  maxContentBytes: 2_000_000,
  maxToolCallsInFlight: 2,
};

const runHere = async (
  code: string,
  onCall: (call: SandboxCall, sandbox: Sandbox) => void = () => {},
  timeMs = 5_000,
  image?: EngineImage,
): Promise<SandboxEnd & { readonly log: ReadonlyArray<string> }> => {
  const engine = await makeEngine(wasmModule, limits.memoryBytes, { image });
  const deadline = performance.now() + timeMs;
  const log: Array<string> = [];
  let turnStart = 0;
  return new Promise((resolve) => {
    const host: SandboxHost = {
      shouldStop: () => performance.now() > deadline,
      onCall: (call) => {
        log.push(`call ${call.path}`);
        queueMicrotask(() => onCall(call, sandbox));
      },
      onConsole: ({ text }) => log.push(text),
      onContent: () => {},
      onTurnStart: () => {
        turnStart = performance.now();
        log.push("enter");
      },
      onTurnEnd: () => log.push("leave"),
      onMemory: () => {},
      onEnd: (end) => resolve({ ...end, log }),
      isTurnOver: () => performance.now() - turnStart > 20,
      rest: () => new Promise((resume) => setTimeout(resume)),
    };
    const sandbox = new Sandbox(engine, limits, host);
    sandbox.start(code, typeStripper);
  });
};

/** What the log says besides the turns: on a busy machine one turn ends early, or an answer comes before it ends. */
const stepsOf = (log: ReadonlyArray<string>): ReadonlyArray<string> =>
  log.filter((step) => step !== "enter" && step !== "leave");

describe("Sandbox", () => {
  it("runs code in the caller's thread, in turns", async () => {
    const { log, outcome } = await runHere(
      "console.log('a'); const b = await tools.x.y({ c: 1 }); console.log('b'); return b",
      (call, sandbox) => sandbox.answer([{ id: call.id, succeeded: true, json: call.inputJson }]),
    );
    expect(outcome).toMatchObject({ _tag: "Completed", output: { json: '{"c":1}' } });
    expect(stepsOf(log)).toEqual(["a", "call x.y", "b"]);
    expect([log[0], log.at(-1)]).toEqual(["enter", "leave"]);
  });

  it("ignores answers to no call", async () => {
    const { outcome } = await runHere("return await tools.x.y()", (call, sandbox) => {
      sandbox.answer([{ id: call.id, succeeded: true, json: "1" }]);
      sandbox.answer([{ id: call.id, succeeded: true, json: "2" }]);
    });
    expect(outcome).toMatchObject({ output: { json: "1" } });
  });

  it("gives the host a turn between promise jobs", async () => {
    let answered = false;
    const { outcome } = await runHere(
      "let done = false; void tools.x.y().then(() => { done = true }); while (!done) await null; return 1",
      (call, sandbox) =>
        setTimeout(() => {
          answered = true;
          sandbox.answer([{ id: call.id, succeeded: true, json: "1" }]);
        }, 50),
    );
    expect([answered, outcome._tag]).toEqual([true, "Completed"]);
  });

  it("stops a loop inside a built-in function, which no bytecode interrupts", async () => {
    const started = performance.now();
    const { outcome } = await runHere(
      "Array.prototype.indexOf.call({ length: 2 ** 50 }, 1)",
      undefined,
      100,
    );
    expect(outcome).toEqual({ _tag: "Stopped" });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("runs out of memory if an answer does not fit", async () => {
    const { outcome } = await runHere("return (await tools.x.y()).length", (call, sandbox) =>
      sandbox.answer([
        { id: call.id, succeeded: true, json: JSON.stringify("x".repeat(40_000_000)) },
      ]),
    );
    expect(outcome).toEqual({ _tag: "OutOfMemory" });
  });
});

describe("makeEngineImage", () => {
  const runOn = async (image: EngineImage | undefined, code: string) => {
    const { log, ...end } = await runHere(
      code,
      (call, sandbox) => sandbox.answer([{ id: call.id, succeeded: true, json: call.inputJson }]),
      undefined,
      image,
    );
    return { ...end, steps: stepsOf(log) };
  };

  it("makes engines that behave like those without an image", async () => {
    const image = await makeEngineImage(wasmModule);
    for (const code of [
      "console.log('a'); const b = await tools.x.y({ c: 1 }); console.log('b'); return b",
      "const f = (n) => f(n + 1) + 1; f(0)",
      "let a = {}; for (;;) a = { a }",
      "import('x')",
      "return [Object.getOwnPropertyNames(globalThis), new Date(0), /a/.exec('ba').index]",
    ]) {
      expect(await runOn(image, code)).toEqual(await runOn(undefined, code));
    }
  });

  it("contains nothing of the runs that its engines served", async () => {
    const image = await makeEngineImage(wasmModule);
    const before = image.bytes.slice();
    await runOn(image, "globalThis.left = 1; Object.prototype.left = 1; Math.random = () => 4");
    expect(image.bytes).toEqual(before);
    const { outcome } = await runOn(image, "return [typeof left, Math.random() < 1]");
    expect(outcome).toMatchObject({ output: { json: '["undefined",true]' } });
  });

  it("can be sent to another thread", async () => {
    const image = structuredClone(await makeEngineImage(wasmModule));
    const { outcome } = await runOn(image, "return await tools.x.y(7)");
    expect(outcome).toMatchObject({ output: { json: "7" } });
  });

  it("gives each run different random numbers, evenly distributed", async () => {
    const image = await makeEngineImage(wasmModule);
    const code = `const n = 20_000; let sum = 0; const seen = new Set(), tenths = Array(10).fill(0);
      for (let i = 0; i < n; i++) { const x = Math.random(); sum += x; seen.add(x); tenths[Math.floor(x * 10)]++ }
      const isEven = Math.min(...tenths) > 1_700 && Math.max(...tenths) < 2_300 && Math.abs(sum / n - 0.5) < 0.05;
      return [isEven, seen.size, Math.random()]`;
    const runs = await Promise.all([1, 2].map(() => runOn(image, code)));
    const firsts = runs.map(({ outcome }) => {
      if (outcome._tag !== "Completed") throw new Error(outcome._tag);
      expect(outcome.output.json).toMatch(/^\[true,20000,/);
      return outcome.output.json;
    });
    expect(new Set(firsts).size).toBe(2);
  });
});

describe("interruptibleLoops", () => {
  it("keeps the module valid, with the same imports and exports", async () => {
    const plain = await WebAssembly.compile(wasm);
    expect(WebAssembly.Module.imports(wasmModule)).toEqual(WebAssembly.Module.imports(plain));
    expect(WebAssembly.Module.exports(wasmModule)).toEqual(WebAssembly.Module.exports(plain));
  });

  it("rejects a module without the interrupt handler", () => {
    const empty = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 6, 1, 0, 10, 1, 0]);
    expect(() => interruptibleLoops(empty)).toThrow("no interrupt handler");
  });
});
