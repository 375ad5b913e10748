import { fails, family, gives, outOfMemory, timesOut } from "./program.ts";

/** Errors that pretend to be the host's, and code that refuses to end. */
export const errors = family("errors", [
  [
    "an error like the engine's out of memory",
    'throw new InternalError("out of memory")',
    fails("InternalError", /^out of memory/),
  ],
  [
    "an error like the engine's stack overflow",
    'throw new InternalError("stack overflow")',
    fails("InternalError", /^stack overflow/),
  ],
  [
    "an error like the engine's interruption",
    'throw new InternalError("interrupted")',
    fails("InternalError", /^interrupted/),
  ],
  [
    "an error with the name of an outcome",
    'throw Object.assign(new Error("mine"), { name: "OutOfMemory" })',
    fails("OutOfMemory", /^mine/),
  ],
  [
    "an error with the name of a timeout",
    'throw Object.assign(new Error("mine"), { name: "Timeout" })',
    fails("Timeout", /^mine/),
  ],
  [
    "an object with the tag of an outcome",
    'throw { _tag: "TimedOut", name: "Error", message: "mine" }',
    fails("Error", /^mine/),
  ],
  [
    "an object that is described as out of memory",
    "throw { outOfMemory: true, toJSON: () => ({ outOfMemory: true }) }",
    fails("Error", /outOfMemory/),
  ],
  [
    "an error of a class of the same name",
    'class InternalError extends Error { name = "InternalError" }\nthrow new InternalError("out of memory")',
    fails("InternalError", /^out of memory/),
  ],
  ["null as the engine throws it without memory", "throw null", fails("Error", /threw null/)],
  [
    "out of memory, in a memory that is almost full",
    'const a = []; for (let i = 0; i < 60; i++) a.push(new ArrayBuffer(300_000)); throw new InternalError("out of memory")',
    fails("InternalError", /^out of memory/),
  ],
  [
    "the engine's own out of memory, thrown again",
    "let own; try { const a = []; for (;;) a.push(new ArrayBuffer(1_000_000)) } catch (e) { own = e }\nthrow own",
    outOfMemory,
  ],
  [
    "another error after the engine's own out of memory",
    "try { const a = []; for (;;) a.push(new ArrayBuffer(1_000_000)) } catch {}\nthrow new RangeError('mine')",
    fails("RangeError", /^mine/),
  ],
  [
    "the engine's own stack overflow, thrown again",
    "let own; const f = () => f() + 1; try { f() } catch (e) { own = e }\nthrow own",
    fails("InternalError", /stack/),
  ],
  [
    "the engine's own stack overflow, caught",
    "const f = () => f() + 1; try { f() } catch (e) { return 'caught' }",
    gives("caught"),
  ],
  [
    "a loop that catches everything",
    "for (;;) { try { for (;;); } catch {} finally { continue } }",
    timesOut,
  ],
  ["a loop in finally", "try { for (;;); } finally { for (;;); }", timesOut],
  ["a loop in a catch", "try { for (;;); } catch { for (;;); }", timesOut],
  [
    "a return in finally of a loop",
    "const f = () => { try { for (;;); } finally { return 1 } }; for (;;) f()",
    timesOut,
  ],
  [
    "a generator's finally that yields",
    "function* g() { for (;;) try { yield } finally { continue } }\nfor (const x of g()) { try { for (;;); } catch {} }",
    timesOut,
  ],
  [
    "a rejection's handler that loops",
    "const f = async () => { for (;;); }; for (;;) await f().catch(f)",
    timesOut,
  ],
  [
    "a promise's finally that loops",
    "await Promise.reject(1).finally(() => { for (;;); })",
    timesOut,
  ],
  [
    "an iterator's return that loops",
    "for (const x of { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { for (;;); } }) }) break",
    timesOut,
  ],
  ["an error's message that loops", "throw { get message() { for (;;); } }", timesOut],
  [
    "an error's name that loops",
    "throw Object.defineProperty(new Error('a'), 'name', { get() { for (;;); } })",
    timesOut,
  ],
  [
    "an error's stack that loops",
    "throw Object.defineProperty(new Error('a'), 'stack', { get() { for (;;); } })",
    timesOut,
  ],
  [
    "an error's stack that is written by a loop",
    "Error.prepareStackTrace = () => { for (;;); }; null.x",
    fails("TypeError"),
  ],
  ["an error's JSON that loops", "throw { toJSON() { for (;;); } }", timesOut],
  [
    "an error's members that throw",
    "throw { get name() { throw 1 }, get message() { throw 2 }, get stack() { throw 3 } }",
    fails("Error", /The code threw/),
  ],
  [
    "an error's members that throw the error again",
    "const e = new Error('a'); for (const key of ['name', 'message', 'stack']) Object.defineProperty(e, key, { get() { throw e } }); throw e",
    fails("Error", /The code threw/),
  ],
  [
    "an error's members of the wrong types",
    "throw { name: 1, message: { toString() { for (;;); } }, stack: Symbol() }",
    fails("Error", /The code threw/),
  ],
  [
    "an error's message of a million characters",
    "throw new Error('x'.repeat(1_000_000))",
    fails("Error", /^x{8000}$/),
  ],
  [
    "an error's name of a million characters",
    "throw Object.assign(new Error('mine'), { name: 'x'.repeat(1_000_000) })",
    fails("x".repeat(200), /^mine/),
  ],
  [
    "an error's name with control characters",
    "throw Object.assign(new Error('mine'), { name: '\\0\\x1b[2J\\u202e' })",
    fails("\0\u001b[2J\u202e", /^mine/),
  ],
  [
    "an error's message with half a character at the cut",
    "throw new Error('x'.repeat(7999) + '\\ud83d\\ude00')",
    fails("Error", /^x{7999}$/),
  ],
  [
    "an error's stack with places in no code",
    "const e = new Error('mine'); e.stack = 'at code.ts:999999999999:99999999999999999999\\nat code.ts:0:0\\nat code.ts:-1:-1'; throw e",
    fails("Error", /^mine/),
  ],
  [
    "an error's stack of a million lines",
    "const e = new Error('mine'); e.stack = 'at code.ts:1:1\\n'.repeat(1_000_000); throw e",
    fails("Error", /^mine/),
  ],
  [
    "an error's empty name and message",
    "throw Object.assign(new Error(''), { name: '' })",
    fails("", /^$/),
  ],
  [
    "an error without memory to describe it",
    "const a = []; try { for (;;) a.push(new ArrayBuffer(100_000)) } catch {} try { for (;;) a.push({}) } catch {}\nthrow { get message() { return a.map(String).join() } }",
    outOfMemory,
    fails("Error", /The code threw/),
  ],
  [
    "an error like a syntax error with a place",
    "const e = new SyntaxError('mine'); e.stack = 'at code.ts:7:7'; throw e",
    fails("SyntaxError", /^mine/),
  ],
  ["an error that freezes", "throw Object.freeze(new Error('mine'))", fails("Error", /^mine/)],
  [
    "an error that is a tool's by its members",
    "throw Object.assign(new Error('mine'), { name: 'ToolError', code: 'ok', status: 200, tool: 'executor.sources.list' })",
    fails("ToolError", /^mine/),
  ],
  [
    "an error that is a subclass with a hostile constructor",
    "class Mine extends Error { constructor() { super('mine'); return new Proxy(this, { get() { throw 1 } }) } }\nthrow new Mine()",
    fails("Error", /The code threw/),
  ],
  [
    "an error in the console with a stack that loops",
    "console.log(Object.defineProperty(new Error('a'), 'stack', { get() { for (;;); } }))",
    timesOut,
  ],
]);
