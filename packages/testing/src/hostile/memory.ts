import {
  crashes,
  fails,
  family,
  gives,
  outOfMemory,
  timesOut,
  type Ending,
  type Row,
} from "./program.ts";

const bomb = (name: string, code: string, ...others: ReadonlyArray<Ending>): Row => [
  name,
  code,
  outOfMemory,
  ...others,
];

/** A bomb that may need longer than its wall time. */
const slowBomb = (name: string, code: string, ...others: ReadonlyArray<Ending>): Row =>
  bomb(name, code, timesOut, ...others);

/** The engine refuses texts and arrays above a size of its own, before the memory ends. */
const tooLong: ReadonlyArray<Ending> = [fails("InternalError"), fails("RangeError")];

/** Programs that take memory until there is none. */
export const memory = family("memory", [
  slowBomb(
    "a list of normalized texts",
    "let a = '\\ufdfa'.repeat(1_000_000); const all = []; for (;;) all.push(a.normalize('NFKD') + all.length)",
  ),
  slowBomb(
    "a list of compiled regular expressions",
    "const a = []; for (let i = 0; ; i++) a.push(new RegExp('(a|b|c|' + i + '){1,9}'))",
  ),
  slowBomb(
    "a list of matches with many groups",
    "const a = [], one = new RegExp('(a)'.repeat(200)), text = 'a'.repeat(200); for (;;) a.push(one.exec(text))",
  ),
  bomb(
    "a bomb whose error is no InternalError by its class",
    "Object.defineProperty(InternalError, Symbol.hasInstance, { value: () => false }); const a = []; for (;;) a.push(new Array(1000).fill(1))",
  ),
  [
    "another error after a bomb that was caught",
    "Object.defineProperty(InternalError, Symbol.hasInstance, { value: () => true }); const a = []; try { for (;;) a.push(new Array(1000).fill(1)) } catch { a.length = 0 } throw { message: 'out of memory', name: 'Mine' }",
    fails("Mine"),
  ],
  bomb("a list of arrays", "const a = []; for (;;) a.push(new Array(1000).fill(1))"),
  bomb("a list of texts", "const a = []; for (;;) a.push('x'.repeat(100_000) + a.length)"),
  bomb("a text that doubles", "let a = 'x'; for (;;) { a += a; a.charCodeAt(0) }", ...tooLong),
  bomb("a text that is repeated", "'x'.repeat(2 ** 29).length", ...tooLong),
  bomb("a text that is padded", "return 'x'.padEnd(2 ** 29, 'abc').length", ...tooLong),
  bomb(
    "a text that grows by replacement",
    "let a = 'aaaaaaaa'; for (;;) a = a.replaceAll('a', 'aaaaaaaa')",
    ...tooLong,
  ),
  bomb(
    "a text that grows by the match in its replacement",
    "let a = 'aa'; for (;;) a = a.replace(/.+/, \"$&$&$`$'$&\")",
    ...tooLong,
  ),
  bomb(
    "a text in two-byte characters",
    "const a = []; for (;;) a.push('\\u6f22'.repeat(100_000) + a.length)",
  ),
  bomb(
    "joined arrays",
    "const a = Array(1000).fill('x'.repeat(100_000)); return a.join('y').length",
    ...tooLong,
  ),
  bomb(
    "split texts",
    "const a = 'x,'.repeat(500_000); const all = []; for (;;) all.push(a.split(','))",
  ),
  bomb("a template that grows", "let a = 'x'; for (;;) a = `${a}${a}${a}y`", ...tooLong),
  bomb("a list of buffers", "const a = []; for (;;) a.push(new ArrayBuffer(1_000_000))"),
  bomb("one buffer of 1 GB", "return new ArrayBuffer(1_000_000_000).byteLength"),
  bomb("one buffer that is larger than any memory", "return new ArrayBuffer(2 ** 31 - 1)"),
  [
    "a buffer that is larger than the numbers of the engine",
    "return new ArrayBuffer(2 ** 53 - 1)",
    fails("RangeError"),
  ],
  bomb(
    "a buffer that can grow",
    "const a = new ArrayBuffer(8, { maxByteLength: 2 ** 30 }); a.resize(2 ** 30); return a.byteLength",
    fails("TypeError"),
    fails("RangeError"),
  ),
  bomb(
    "typed arrays of each kind",
    "const a = []; for (;;) for (const Kind of [Int8Array, Uint8ClampedArray, Int16Array, Float64Array, BigInt64Array]) a.push(new Kind(50_000))",
  ),
  bomb(
    "a typed array from an endless iterator",
    "new Uint8Array({ *[Symbol.iterator]() { for (;;) yield 1 } })",
  ),
  bomb(
    "an array from an endless iterator",
    "Array.from({ *[Symbol.iterator]() { for (;;) yield {} } })",
  ),
  bomb(
    "an array spread from an endless iterator",
    "return [...(function* () { for (;;) yield 'x' })()]",
  ),
  bomb("an array of a given length that is filled", "return new Array(100_000_000).fill(0).length"),
  [
    "a sparse array of the largest length",
    "const a = []; a.length = 2 ** 32 - 1; return a.length",
    gives(4_294_967_295),
  ],
  [
    "a sparse array as a result",
    "const a = []; a[2 ** 32 - 2] = 1; return a",
    outOfMemory,
    timesOut,
  ],
  bomb("maps", "const a = new Map(); for (let i = 0; ; i++) a.set(i, { i })"),
  bomb("sets", "const a = new Set(); for (let i = 0; ; i++) a.add('x' + i)"),
  bomb(
    "weak maps with living keys",
    "const keys = []; const a = new WeakMap(); for (;;) { const key = {}; keys.push(key); a.set(key, [key]) }",
  ),
  bomb("nested objects", "let a = {}; for (;;) a = { a }"),
  bomb("members of one object", "const a = {}; for (let i = 0; ; i++) a['member' + i] = i"),
  bomb("members of the globals", "for (let i = 0; ; i++) globalThis['global' + i] = i"),
  bomb("symbols", "const a = {}; for (;;) a[Symbol('x')] = 1"),
  slowBomb("symbols of the registry", "for (let i = 0; ; i++) Symbol.for('x'.repeat(1000) + i)"),
  bomb("closures", "let f = () => 1; for (;;) { const g = f; f = () => g }"),
  bomb("bound functions", "let f = () => 1; for (;;) f = f.bind(null, f)"),
  bomb(
    "classes",
    "let A = Object; for (;;) A = class extends A { a = 1; static b = A }",
    fails("InternalError"),
    fails("RangeError"),
  ),
  slowBomb(
    "functions made of text",
    "const a = []; for (let i = 0; ; i++) a.push(new Function('return ' + i))",
  ),
  slowBomb(
    "evaluated objects",
    "const a = []; for (let i = 0; ; i++) a.push(eval('({ a' + i + ': 1 })'))",
  ),
  bomb(
    "every match of a regular expression",
    "const a = []; for (;;) a.push([...'ab'.repeat(10_000).matchAll(/(a)(b)/g)])",
  ),
  slowBomb("promises that nobody settles", "const a = []; for (;;) a.push(new Promise(() => {}))"),
  slowBomb(
    "a chain of promises that is never begun",
    "let a = new Promise(() => {}); for (;;) a = a.then(() => a)",
  ),
  slowBomb(
    "jobs that add two jobs",
    "const f = () => { Promise.resolve().then(f); Promise.resolve().then(f) }; f(); await new Promise(() => {})",
  ),
  slowBomb(
    "async functions that wait for each other",
    "const f = async () => { await Promise.all([f(), f()]) }; await f()",
    crashes,
    fails("InternalError", /stack/),
  ),
  bomb(
    "generators that are suspended",
    "const a = []; function* g() { const mine = [1, 2, 3]; yield mine; yield mine } for (;;) { const one = g(); one.next(); a.push(one) }",
  ),
  slowBomb("errors with their stacks", "const a = []; for (;;) a.push(new Error('x'))"),
  slowBomb(
    "an error with a chain of causes",
    "let a = new Error('x'); for (;;) a = new Error('y', { cause: a })",
  ),
  bomb(
    "an error with a message of 60 MB",
    "throw new Error('x'.repeat(60_000_000))",
    fails("Error", /^x/),
  ),
  bomb("big integers by powers", "let a = 2n; for (;;) a = a ** 7n", ...tooLong),
  bomb(
    "big integers by shifts",
    "const a = []; for (let i = 1n; ; i++) a.push(1n << (800_000n + i))",
    ...tooLong,
  ),
  bomb(
    "JSON of shared values",
    "const a = { a: Array(1000).fill('x'.repeat(10_000)) }; return Array(1000).fill(a)",
    ...tooLong,
  ),
  bomb(
    "JSON with wide indentation",
    "let a = []; for (let i = 0; i < 3_000; i++) a = [a, 1]; const all = []; for (;;) all.push(JSON.stringify(a, null, 10))",
    fails("InternalError", /stack/),
  ),
  bomb(
    "JSON parsed into many values",
    "const text = '[' + '[],'.repeat(200_000) + '1]'; const a = []; for (;;) a.push(JSON.parse(text))",
  ),
  bomb(
    "URI components",
    "const a = []; for (;;) a.push(encodeURIComponent('\\u6f22'.repeat(50_000)))",
  ),
  bomb("proxies of proxies", "let a = {}; for (;;) a = new Proxy(a, {})"),
  slowBomb(
    "tool calls with large inputs",
    "const a = []; for (;;) a.push(tools.no.such('x'.repeat(5000)))",
  ),
  slowBomb(
    "tool calls in more promises than memory",
    "const a = []; for (;;) a.push(tools.no.such({}).then(() => a))",
  ),
  bomb(
    "a catch that takes memory again",
    "const a = []; function f() { try { for (;;) a.push(new Array(1000).fill(1)) } catch { a.push(1); return f() } }\nf()",
    fails("InternalError", /stack/),
  ),
  bomb(
    "a finally that takes memory again",
    "const a = []; try { for (;;) a.push(new ArrayBuffer(100_000)) } finally { for (;;) a.push(new ArrayBuffer(1_000)) }",
  ),
  [
    "memory that is given back",
    "const fill = () => { const a = []; try { for (;;) a.push(new ArrayBuffer(1_000_000)) } catch {} return a.length > 10 }; return [fill(), fill(), fill()]",
    gives([true, true, true]),
    outOfMemory,
  ],
  [
    "console lines of 500 MB together",
    "const line = 'x'.repeat(5_000_000); for (let i = 0; i < 100; i++) console.log(line); return 1",
    gives(1),
  ],
  bomb(
    "a console line that is larger than the memory",
    "const a = Array(100).fill('x'.repeat(5_000_000)); console.log(a); return 1",
    gives(1),
    ...tooLong,
  ),
  bomb("a result of 100 MB", "return 'x'.repeat(100_000_000)"),
  bomb(
    "recursion that keeps arrays",
    "const f = (n) => { const a = new Array(20_000).fill(n); return f(n + 1) + a[0] }; return f(0)",
    fails("InternalError", /stack/),
    crashes,
  ),
]);
