import { fails, family, gives } from "./program.ts";

const hostNames =
  "process require Bun Deno fetch Worker WebSocket XMLHttpRequest EventSource Request Response Headers Blob File " +
  "FormData setTimeout setInterval setImmediate queueMicrotask postMessage " +
  "global self window document navigator location performance caches Buffer module exports __dirname __filename " +
  "std os scriptArgs print bjson load WebAssembly SharedArrayBuffer hostCall hostConsole hostMeasure hostAsk hostEmit ask operate callTool define " +
  "EmscriptenModule Module HEAPU8 __executor";

const nothing = "undefined undefined undefined";
const typesOfHost = "return [typeof process, typeof Bun, typeof fetch].join(' ')";

/** Ways to the host, all of which end inside of the sandbox. */
export const escapes = family("escapes", [
  ["the constructor of a function", `(() => {}).constructor("${typesOfHost}")()`, gives(nothing)],
  [
    "the constructor of an async function",
    `return await (async () => {}).constructor("${typesOfHost}")()`,
    gives(nothing),
  ],
  [
    "the constructor of a generator function",
    `return (function* () {}).constructor("${typesOfHost}")().next().value`,
    gives(nothing),
  ],
  [
    "the constructor of an async generator function",
    `return (await (async function* () {}).constructor("${typesOfHost}")().next()).value`,
    gives(nothing),
  ],
  [
    "the constructor of a console method",
    `console.log.constructor("${typesOfHost}")()`,
    gives(nothing),
  ],
  [
    "the constructor of a built-in function",
    `JSON.stringify.constructor.constructor("${typesOfHost}")()`,
    gives(nothing),
  ],
  [
    "the constructor of an error's stack frame",
    `try { null.x } catch (e) { return e.constructor.constructor("${typesOfHost}")() }`,
    gives(nothing),
  ],
  [
    "the constructor of the promise of a tool call",
    `return tools.executor.sources.list({}).constructor.constructor("${typesOfHost}")()`,
    gives(nothing),
  ],
  [
    "the constructor of a tool's result",
    `return (await tools.executor.sources.list({})).constructor.constructor("${typesOfHost}")()`,
    gives(nothing),
  ],
  [
    "the constructor of a tool's error",
    `try { await tools.no.such() } catch (e) { return e.constructor.constructor("${typesOfHost}")() }`,
    gives(nothing),
  ],
  [
    "a function with a breakout in its parameters",
    `(new Function("a){}, function(", ""))("${typesOfHost}"); return [typeof process, typeof hostCall]`,
    gives(["undefined", "undefined"]),
  ],
  [
    "a function with a breakout in its body",
    `const made = new Function("}, globalThis.escaped = typeof process, function () {"); made(); return globalThis.escaped ?? "undefined"`,
    gives("undefined"),
  ],
  ["indirect eval", `(0, eval)("typeof process + typeof require")`, gives("undefinedundefined")],
  [
    "direct eval that looks for the sandbox's own names",
    `return eval("typeof hostCall + typeof callTool + typeof stringify + typeof calls + typeof settle")`,
    gives("undefined".repeat(5)),
  ],
  ["eval in eval in eval", `eval("eval('eval(\\"typeof process\\")')")`, gives("undefined")],
  [
    "every name of a host",
    `return ${JSON.stringify(hostNames)}.split(" ").filter((name) => name in globalThis || (0, eval)("typeof " + name) !== "undefined")`,
    gives([]),
  ],
  [
    "a dynamic import of a module of the platform",
    `await import("node:fs")`,
    fails("Error", /Imports are not available/),
  ],
  [
    "a dynamic import of the engine's own module",
    `await import("std")`,
    fails("Error", /Imports are not available/),
  ],
  [
    "a dynamic import of a file",
    `await import("/etc/passwd")`,
    fails("Error", /Imports are not available/),
  ],
  [
    "a dynamic import of a text",
    `await import("data:text/javascript,export default 1")`,
    fails("Error", /Imports are not available/),
  ],
  [
    "a dynamic import in eval",
    `await eval("import('os')")`,
    fails("Error", /Imports are not available/),
  ],
  [
    "a dynamic import whose name is an object",
    `await import({ toString() { return "os" } })`,
    fails("Error", /Imports are not available/),
  ],
  [
    "a dynamic import whose name throws",
    `await import({ toString() { throw new RangeError("name") } })`,
    fails("RangeError", /^name/),
  ],
  [
    "a dynamic import with attributes",
    `await import("a", { with: { type: "json" } })`,
    fails("Error", /Imports are not available/),
  ],
  [
    "this of the code and of a function in it",
    `[this, (function () { return this })()].every((one) => one === undefined || one === globalThis)`,
    gives(true),
  ],
  [
    "the caller of a function",
    `function f() { try { return f.caller === null || f.caller === undefined } catch (e) { return e.name === "TypeError" } }\nreturn f()`,
    gives(true),
  ],
  [
    "the callee of its arguments",
    `return (function () { return typeof arguments.callee.constructor("return typeof process")() })()`,
    gives("string"),
  ],
  [
    "stack frames as objects",
    `Error.prepareStackTrace = (_, frames) => frames.map((frame) => [typeof frame.getFunction?.(), typeof frame.getThis?.()]); const { stack } = new Error("a"); return JSON.stringify(stack)?.includes("object") ?? false`,
    gives(false),
  ],
  [
    "the sandbox's own frames in a tool's error",
    `try { await tools.no.such() } catch (e) { return String(e.stack).includes("callTool at") }`,
    gives(false),
  ],
  [
    "functions with the source of the host, everywhere that leads on from the globals",
    `const seen = new Set([tools]); const queue = [globalThis]; const found = [];
    while (queue.length > 0) {
      const at = queue.pop();
      if ((typeof at !== "object" && typeof at !== "function") || at === null || seen.has(at)) continue;
      seen.add(at);
      if (typeof at === "function" && /Bun|process|require|quickjs|wasm|postMessage/i.test(Function.prototype.toString.call(at))) found.push(at.name);
      queue.push(Object.getPrototypeOf(at));
      for (const key of Reflect.ownKeys(at)) {
        const { get, set, value } = Object.getOwnPropertyDescriptor(at, key);
        queue.push(get, set, value);
      }
    }
    return [seen.size > 500, found]`,
    gives([true, []]),
  ],
  [
    "a chain of prototypes from the tools",
    `Object.getPrototypeOf(tools.a) === null && Object.getPrototypeOf(console) === null`,
    gives(true),
  ],
  [
    "a finalizer that loops",
    `const registry = new FinalizationRegistry(() => { for (;;); }); for (let i = 0; i < 1000; i++) registry.register({}, i); return 1`,
    gives(1),
  ],
  ["a weak reference to the tools", `typeof new WeakRef(tools).deref()`, gives("function")],
  [
    "memory that threads share",
    `[typeof SharedArrayBuffer, (() => { try { return new ArrayBuffer(8, { shared: true }).constructor.name } catch { return "ArrayBuffer" } })()]`,
    gives(["undefined", "ArrayBuffer"]),
  ],
  [
    "waiting on memory",
    `try { Atomics.wait(new Int32Array(new ArrayBuffer(8)), 0, 0, 60_000) } catch (e) { return ["TypeError", "ReferenceError"].includes(e.name) }`,
    gives(true),
  ],
  [
    "a scope that has every name",
    `return new Function("with (new Proxy({}, { has: () => true, get: (_, key) => typeof key === 'symbol' ? undefined : key })) return process")()`,
    gives("process"),
  ],
  [
    "a getter on the prototype of the globals",
    `Object.defineProperty(Object.prototype, "process", { get() { return this === globalThis } }); return process`,
    gives(true),
  ],
  [
    "the realm's legacy accessors",
    `globalThis.__lookupGetter__("tools") === undefined && globalThis.__proto__ === Object.prototype`,
    gives(true),
  ],
  [
    "the iterators' constructors",
    `[][Symbol.iterator]().__proto__.__proto__.constructor.constructor("${typesOfHost}")()`,
    gives(nothing),
  ],
  [
    "a symbol of the registry",
    `Object.getOwnPropertySymbols(globalThis).map((one) => typeof globalThis[one])`,
    gives(["string"]),
  ],
  [
    "a species that is the tools",
    `const a = [1]; a.constructor = { [Symbol.species]: tools.a }; return a.map((n) => n)`,
    fails("TypeError"),
  ],
  ["the tools as a superclass", `class A extends tools.a {}; new A()`, fails("TypeError")],
  ["the tools as a prototype", `typeof Object.create(tools).process.exit`, gives("function")],
  ["a tagged template of tools", "await tools.a`process`", fails("ToolError")],
]);
