import { crashes, fails, family, gives, outOfMemory, timesOut } from "./program.ts";

const notPlain = fails("TypeError", /Return plain data/);

/** As many levels as a result may have, and what stands for the rest. */
const levels = (wrap: (inner: unknown) => unknown) =>
  gives(Array.from({ length: 1_000 }).reduce(wrap, "[Nested too deeply]"));
const tooDeep = levels((inner) => [inner]);

/** Values that a program returns or throws. */
export const results = family("results", [
  ["a cyclic object", "const a = {}; a.a = a; return a", gives({ a: "[Circular]" })],
  ["a cyclic array", "const a = []; a.push([a]); return a", gives([["[Circular]"]])],
  ["a big integer", "return 1n", gives("1")],
  [
    "a big integer that writes itself",
    "BigInt.prototype.toJSON = function () { return String(this) }; return [1n]",
    gives(["1"]),
  ],
  ["a function that is returned", "return function () {}", gives(null)],
  ["a function that returns itself", "const f = () => f; return f()", notPlain],
  ["a class", "return class A {}", notPlain],
  ["a symbol", "return Symbol('a')", notPlain],
  [
    "members that JSON leaves out",
    "return { a: undefined, b: () => {}, c: Symbol(), [Symbol('d')]: 1, e: 1 }",
    gives({ e: 1 }),
  ],
  [
    "numbers that JSON has not",
    "return [NaN, Infinity, -Infinity, -0, 5e-324, 1.7976931348623157e308]",
    gives([null, null, null, 0, 5e-324, 1.7976931348623157e308]),
  ],
  ["dates", "return [new Date(0), new Date(NaN)]", gives(["1970-01-01T00:00:00.000Z", null])],
  [
    "a date whose text throws",
    "const a = new Date(0); a.toISOString = () => { throw new RangeError('mine') }; return a",
    fails("RangeError", /^mine/),
  ],
  [
    "maps, sets and weak ones",
    "return [new Map([[1, 2]]), new Set([1]), new WeakMap(), new WeakSet()]",
    gives([[[1, 2]], [1], {}, {}]),
  ],
  [
    "typed arrays and buffers",
    "return [new Uint8Array(2), new Float64Array([0.5]), new ArrayBuffer(8), new DataView(new ArrayBuffer(1))]",
    gives([[0, 0], [0.5], [0, 0, 0, 0, 0, 0, 0, 0], {}]),
  ],
  [
    "wrapped primitives",
    "return [Object(1), Object('a'), Object(true), Object(Symbol())]",
    gives([1, "a", true, {}]),
  ],
  ["a wrapped big integer", "return Object(1n)", gives("1")],
  [
    "a wrapped number whose value throws",
    "const a = Object(1); a.valueOf = () => { throw new RangeError('mine') }; a.toString = a.valueOf; return a",
    fails("RangeError", /^mine/),
  ],
  [
    "toJSON that throws",
    "return { toJSON() { throw new RangeError('mine') } }",
    fails("RangeError", /^mine/),
  ],
  [
    "toJSON that returns itself",
    "const a = { b: 1, toJSON() { return a } }; return a",
    gives({ b: 1 }),
  ],
  [
    "toJSON that returns a new one of itself",
    "const make = () => ({ a: 1, toJSON: () => ({ next: make() }) }); return make()",
    levels((inner) => ({ next: inner })),
  ],
  ["toJSON that never ends", "return { toJSON() { for (;;); } }", timesOut],
  [
    "toJSON that is a promise",
    "return { async toJSON() { return 1 } }",
    gives("[Promise: await it]"),
  ],
  ["a getter that never ends", "return { get a() { for (;;); } }", timesOut],
  [
    "a getter that throws",
    "return { get a() { throw new RangeError('mine') } }",
    fails("RangeError", /^mine/),
  ],
  [
    "a getter that adds members",
    "let n = 0; const a = { get b() { a['c' + n++] = 1; return n } }; return a",
    gives({ b: 1 }),
  ],
  [
    "a getter that calls a tool",
    "return { get a() { tools.no.such({}); return 1 } }",
    gives({ a: 1 }),
  ],
  [
    "a getter that prints",
    "return { get a() { console.log('from the result'); return 1 } }",
    gives({ a: 1 }),
  ],
  [
    "half characters",
    "return ['\\ud800', '\\udc00\\ud800', '\\ud83d\\ude00']",
    gives(["\ud800", "\udc00\ud800", "😀"]),
  ],
  [
    "NUL, controls and separators of lines",
    "return '\\0\\x01\\x1b\\x7f\\u0085\\u2028\\u2029\\ufeff\\uffff'",
    gives("\0\u0001\u001b\u007f\u0085\u2028\u2029\ufeff\uffff"),
  ],
  ["texts that look like the sandbox's own", "return '5:\"lie\"'", gives('5:"lie"')],
  [
    "an object with the members of an outcome",
    "return { _tag: 'OutOfMemory', outOfMemory: true, output: null, status: 'failed' }",
    gives({ _tag: "OutOfMemory", outOfMemory: true, output: null, status: "failed" }),
  ],
  [
    "a member named as a prototype",
    'return JSON.parse(\'{"__proto__":{"a":1},"constructor":{"prototype":2}}\')',
    gives(JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":2}}')),
  ],
  ["a text of 5 MB", "return 'x'.repeat(5_000_000)", gives(`"${"x".repeat(29_999)}`)],
  ["arrays with holes", "return [, 1, , undefined]", gives([null, 1, null, null])],
  ["an array with more members", "return Object.assign([1], { a: 2, '-1': 3 })", gives([1])],
  ["a depth of 20,000", "let a = []; for (let i = 0; i < 20_000; i++) a = [a]; return a", tooDeep],
  ["a depth of 8,000", "let a = 1; for (let i = 0; i < 8_000; i++) a = [a]; return a", tooDeep],
  [
    "a depth of 8,000 objects with toJSON",
    "let a = 1; for (let i = 0; i < 8_000; i++) { const b = a; a = { toJSON: () => [b] } }\nreturn JSON.stringify(a).length",
    gives(16_001),
    crashes,
  ],
  [
    "a proxy that lies about its keys",
    "return new Proxy({ a: 1 }, { ownKeys: () => ['a', 'b', 'c'], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })",
    gives({ a: 1 }),
  ],
  [
    "a proxy with the same key twice",
    "return new Proxy({}, { ownKeys: () => ['a', 'a'] })",
    fails("TypeError", /duplicate property/),
  ],
  [
    "a proxy with endless keys",
    "return new Proxy({}, { ownKeys: () => ({ get length() { for (;;); } }) })",
    timesOut,
  ],
  [
    "a proxy of an array that claims a length",
    "return new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 53 : 'x'.repeat(1000)) })",
    outOfMemory,
    timesOut,
    fails("InternalError"),
    fails("RangeError"),
  ],
  [
    "a proxy that is a new proxy at every key",
    "const make = () => new Proxy({}, { ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: (_, key) => (key === 'a' ? make() : undefined) }); return make()",
    levels((inner) => ({ a: inner })),
  ],
  [
    "a revoked proxy",
    "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return [proxy]",
    notPlain,
  ],
  ["a thenable", "return { then(resolve) { resolve(1) } }", gives(1)],
  [
    "a thenable that throws",
    "return { then() { throw new RangeError('mine') } }",
    fails("RangeError", /^mine/),
  ],
  [
    "a thenable that answers twice",
    "return { then(resolve, reject) { resolve(1); reject(2); resolve(3); throw 4 } }",
    gives(1),
  ],
  [
    "a thenable whose getter throws",
    "return { get then() { throw new RangeError('mine') } }",
    fails("RangeError", /^mine/),
  ],
  [
    "a thenable that gives itself",
    "const a = { then(resolve) { resolve(a) } }; return a",
    timesOut,
  ],
  [
    "a chain of thenables without an end",
    "const make = () => ({ then(resolve) { resolve(make()) } }); return make()",
    timesOut,
  ],
  [
    "a chain of 20,000 thenables",
    "let a = 1; for (let i = 0; i < 20_000; i++) { const b = a; a = { then(resolve) { resolve(b) } } }\nreturn a",
    gives(1),
  ],
  [
    "a promise of itself",
    "const a = new Promise((resolve) => setThen(resolve)); function setThen(resolve) { Promise.resolve().then(() => resolve(a)) }\nreturn a",
    fails("TypeError"),
  ],
  ["a promise that is never settled", "await new Promise(() => {})", timesOut],
  ["a thenable that is never settled", "return { then() {} }", timesOut],
  [
    "a promise that is never settled after a tool call",
    "await tools.executor.sources.list({}); await new Promise(() => {})",
    timesOut,
  ],
  [
    "a promise that is rejected and caught too late",
    "const a = Promise.reject(new RangeError('mine')); await null; await null; await a.catch(() => {}); return 1",
    gives(1),
  ],
  [
    "a promise that is rejected and never caught",
    "Promise.reject(new Error('nobody')); return 1",
    gives(1),
  ],
  [
    "a thousand promises that are rejected",
    "for (let i = 0; i < 1000; i++) Promise.reject(i); return 1",
    gives(1),
  ],
  ["a rejection with undefined", "await Promise.reject()", fails("Error", /threw undefined/)],
  ["a rejection with null", "await Promise.reject(null)", fails("Error", /threw null/)],
  [
    "a rejection with a promise",
    "await Promise.reject(Promise.resolve(1))",
    fails("Error", /The code threw/),
  ],
  [
    "a rejection with a proxy that throws",
    "await Promise.reject(new Proxy({}, new Proxy({}, { get() { throw 1 } })))",
    fails("Error"),
  ],
  ["a rejection with the tools", "throw tools", fails("Error", /The code threw/)],
  [
    "many errors in one",
    "await Promise.any([Promise.reject(new Error('a')), Promise.reject(new Error('b'))])",
    fails("AggregateError", /^/),
  ],
  [
    "many errors in one, which are cyclic",
    "const a = new AggregateError([], 'mine'); a.errors.push(a); a.cause = a; throw a",
    fails("AggregateError", /^mine/),
  ],
  [
    "a throw in finally",
    "try { throw new Error('first') } finally { throw new RangeError('second') }",
    fails("RangeError", /^second/),
  ],
  ["a return in finally", "try { throw new Error('first') } finally { return 2 }", gives(2)],
  [
    "a return of a promise that throws in finally",
    "try { return await Promise.reject(new Error('first')) } finally { await null; throw new RangeError('second') }",
    fails("RangeError", /^second/),
  ],
  [
    "a generator that is suspended",
    "return (function* () { try { yield 1 } finally { for (;;); } })()",
    gives({}),
  ],
  ["an async generator that is suspended", "return (async function* () { yield 1 })()", gives({})],
  [
    "an object without a prototype",
    "return Object.assign(Object.create(null), { a: 1 })",
    gives({ a: 1 }),
  ],
  ["the globals", "return Object.keys(globalThis).sort()", gives(["console", "emit", "tools"])],
  [
    "the arguments of a function",
    "return (function () { return arguments })(1, 2)",
    gives({ 0: 1, 1: 2 }),
  ],
  [
    "a module's namespace",
    "return { [Symbol.toStringTag]: 'Module', default: 1 }",
    gives({ default: 1 }),
  ],
  ["a document.all", "return typeof document", gives("undefined")],
]);
