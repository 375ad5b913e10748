import { crashes, fails, family, gives, outOfMemory, timesOut, type Row } from "./program.ts";

const endless = (name: string, code: string): Row => [name, code, timesOut];
const overflows = [fails("InternalError", /stack/), crashes] as const;

/** An object that claims more elements than there is time for. */
const huge = "({ length: 2 ** 50 })";

/** Programs that compute without an end, or call themselves without one. */
export const computing = family("computing", [
  endless("a for loop", "for (;;);"),
  endless("a while loop", "while (true) {}"),
  endless("a do loop", "do {} while (1)"),
  endless("a labelled loop", "a: for (;;) { for (;;) continue a }"),
  endless(
    "a for-in loop over members that it adds",
    "const a = { b: 1 }; for (;;) for (const key in a) a.b++",
  ),
  endless(
    "a for-of loop over a list that grows and shrinks",
    "const a = [1]; for (const x of a) { a.length = 0; a.push(1); for (;;) if (a.length > 1) break }",
  ),
  endless(
    "a for-of loop over an endless generator",
    "function* g() { for (;;) yield 1 }\nfor (const x of g());",
  ),
  endless(
    "a generator that delegates without an end",
    "function* g() { yield* h } const h = { [Symbol.iterator]: () => ({ next: () => ({ done: false }) }) }\nfor (const x of g());",
  ),
  endless(
    "a for-await loop over an endless generator",
    "async function* g() { for (;;) yield 1 }\nfor await (const x of g());",
  ),
  endless("a loop in a default parameter", "const f = (a = (() => { for (;;); })()) => a; f()"),
  endless("a loop in a computed key", "({ [(() => { for (;;); })()]: 1 })"),
  endless("a loop in a static block", "class A { static { for (;;); } }"),
  endless("a loop in a field", "new (class { a = (() => { for (;;); })() })()"),
  endless("a loop in a getter", "const a = { get b() { for (;;); } }; a.b"),
  endless("a loop in a setter", "const a = { set b(_) { for (;;); } }; a.b = 1"),
  endless("a loop in a trap of a proxy", "new Proxy({}, { get() { for (;;); } }).a"),
  endless(
    "a loop in a trap of a proxy for the keys",
    "Object.keys(new Proxy({}, { ownKeys() { for (;;); } }))",
  ),
  endless("a loop in the text of an object", "`${{ toString() { for (;;); } }}`"),
  endless("a loop in eval", "eval('for (;;);')"),
  endless("a loop in a function made of text", "new Function('for (;;);')()"),
  endless("a loop in a tagged template", "(() => { for (;;); })`a`"),
  endless("a loop in a comparison while sorting", "[1, 2, 3].sort(() => { for (;;); })"),
  endless("a loop in a replacement", "'a'.replace(/a/, () => { for (;;); })"),
  endless("a loop in a reviver of JSON", "JSON.parse('[1]', () => { for (;;); })"),
  endless("a loop in toJSON", "JSON.stringify({ toJSON() { for (;;); } })"),
  endless("a loop in a callback of arrays", "[1].map(() => { for (;;); })"),
  endless("a loop in a callback of array construction", "Array.from([1], () => { for (;;); })"),
  endless(
    "a loop in a species",
    "class A extends Array { static get [Symbol.species]() { for (;;); } }\nnew A(1).map((n) => n)",
  ),
  endless("a loop in a promise's executor", "new Promise(() => { for (;;); })"),
  endless("a loop in a thenable", "await { then() { for (;;); } }"),
  endless("a loop after a tool call", "await tools.executor.sources.list({}); for (;;);"),
  endless(
    "a loop in the callback of a tool call",
    "await tools.executor.sources.list({}).then(() => { for (;;); })",
  ),
  endless(
    "a loop in the input of a tool call",
    "await tools.executor.sources.list({ get a() { for (;;); } })",
  ),
  endless("a loop in a console argument", "console.log({ get a() { for (;;); } })"),
  endless("a loop over await", "for (;;) await null"),
  [
    "a chain of promises",
    "const f = () => Promise.resolve().then(f); await f()",
    timesOut,
    outOfMemory,
  ],
  [
    "two async functions that call each other",
    "const f = async () => { await null; return g() }; const g = async () => { await null; await f() }; for (;;) { f().catch(() => {}); await null; await null; break }\nfor (;;) await null",
    timesOut,
    outOfMemory,
  ],
  endless("a flood of tool calls", "for (;;) await tools.executor.sources.list({})"),
  endless("a flood of calls to no tool", "for (;;) await tools.no.such().catch(() => {})"),
  endless("a flood of console lines", "for (let i = 0; ; i++) console.log('flood', i)"),
  endless(
    "a flood of dates",
    "for (let i = 0; ; i++) new Date(i).toISOString() + Date.parse('2020-01-01') + new Date(i).toLocaleString()",
  ),
  endless(
    "a flood of numbers from texts",
    "const text = '1'.repeat(10_000); for (;;) parseFloat(text) + Number('0x' + text) + parseInt(text, 36)",
  ),
  endless(
    "a flood of numbers as texts",
    "for (;;) (1e21 / 3).toString(3) + (0.1).toFixed(100) + (1 / 3).toPrecision(100)",
  ),
  endless(
    "a flood of comparisons of texts",
    "const a = 'a'.repeat(100_000); for (;;) a.localeCompare(a + 'b')",
  ),
  endless(
    "a flood of normalizations",
    "const a = 'a\\u0301\\u0300'.repeat(3_000); for (;;) a.normalize('NFC').normalize('NFD')",
  ),
  endless(
    "a flood of changes of case",
    "const a = '\\u0130\\u00df'.repeat(10_000); for (;;) a.toLowerCase().toUpperCase()",
  ),
  endless("a flood of evaluations", "for (let i = 0; ; i++) eval('1 +' + i)"),
  endless(
    "a flood of parsed JSON",
    "const text = '['.repeat(200) + ']'.repeat(200); for (;;) JSON.parse(text)",
  ),
  endless("a flood of garbage", "for (;;) { const a = {}; a.a = a }"),
  endless("a flood of imports", "for (;;) await import('a').catch(() => {})"),
  endless("a regular expression with a loop in a loop", '/(a+)+$/.test("a".repeat(40) + "b")'),
  endless("a regular expression with equal choices", "/^(a|a)*$/.test('a'.repeat(60) + 'b')"),
  endless("a regular expression with backreferences", "/^(a*)*\\1\\1b$/.test('a'.repeat(40))"),
  endless(
    "a regular expression with lookahead in a loop",
    "/^(?=(a+)+b)(?:a|aa)+$/.test('a'.repeat(60) + 'c')",
  ),
  endless(
    "a regular expression with lookbehind",
    "/(?<=^(a+)+)b/.test('x' + 'a'.repeat(40) + 'b')",
  ),
  endless(
    "a regular expression of quadratic time",
    "const a = ' '.repeat(100_000); for (;;) a.replace(/\\s+$/, '') + / +x/.test(a)",
  ),
  endless(
    "a regular expression of an ignored case",
    "/(?:[a-z\\u0130]+)+\\d/iu.test('k'.repeat(50))",
  ),
  endless("a split by a regular expression", "('a'.repeat(40) + 'b').split(/(?:a+)+$/)"),
  endless("indexOf", `Array.prototype.indexOf.call(${huge}, 1)`),
  endless("lastIndexOf", `Array.prototype.lastIndexOf.call(${huge}, 1)`),
  endless("includes", `Array.prototype.includes.call(${huge}, 1)`),
  endless("fill", `Array.prototype.fill.call(new Proxy(${huge}, { set: () => true }), 1)`),
  endless("copyWithin", `Array.prototype.copyWithin.call(${huge}, 1, 0)`),
  endless("reverse", `Array.prototype.reverse.call(${huge})`),
  endless("shift", `Array.prototype.shift.call(${huge})`),
  endless("unshift", `Array.prototype.unshift.call(${huge}, 1)`),
  endless("splice", `Array.prototype.splice.call(${huge}, 0, 1)`),
  endless("find", `Array.prototype.findLast.call(${huge}, () => false)`),
  endless("every", `Array.prototype.every.call(${huge}, () => true)`),
  endless("reduce", `Array.prototype.reduceRight.call(${huge}, (a) => a, 0)`),
  ["join", `Array.prototype.join.call({ length: 2 ** 31 - 1 }, "")`, timesOut, outOfMemory],
  ["flat", "const a = []; a.push(a); return a.flat(Infinity)", ...overflows],
  ["concat", "let a = [1]; for (;;) a = a.concat(a)", outOfMemory, timesOut],
  [
    "a sort of many that never agrees",
    "const a = Array.from({ length: 30_000 }, (_, i) => i); a.sort(() => Math.random() - 0.5); return a.length",
    gives(30_000),
  ],
  [
    "a sort that changes what it sorts",
    "const a = [3, 2, 1, 5, 4]; a.sort(() => { a.length = 0; a.push(1); return -1 }); return a.length >= 1",
    gives(true),
  ],
  endless("a product of big integers", "let a = 3n ** 100_000n; for (;;) a * a"),
  endless("a big integer as a text", "const a = 3n ** 300_000n; for (;;) a.toString()"),
  endless("a big integer from a text", "const a = '9'.repeat(200_000); for (;;) BigInt(a)"),
  endless(
    "a remainder of big integers",
    "const a = 3n ** 300_000n, b = 7n ** 50_000n; for (;;) a % b",
  ),
  endless(
    "a race that nobody wins",
    "for (;;) await Promise.race([Promise.resolve(1), new Promise(() => {})])",
  ),
  endless(
    "a loop over a map that moves",
    "const a = new Map([[1, 1]]); for (const [key] of a) { a.delete(key); a.set(key, 1) }",
  ),
  endless(
    "a loop over a set that moves",
    "const a = new Set([1]); a.forEach((x) => { a.delete(x); a.add(x) })",
  ),
  ["recursion", "const f = (n) => f(n + 1) + 1; return f(0)", ...overflows],
  [
    "mutual recursion",
    "const f = () => g() + 1; const g = () => f() + 1; return f()",
    ...overflows,
  ],
  ["recursion by a getter", "const a = { get b() { return this.b } }; return a.b", ...overflows],
  [
    "recursion by a proxy",
    "const a = new Proxy({}, { get: (_, key, self) => self[key] }); return a.b",
    ...overflows,
  ],
  [
    "recursion by a text of itself",
    "const a = []; a.push({ toString: () => `${a}` }); return `${a}`",
    ...overflows,
  ],
  ["recursion by construction", "class A { a = new A() }\nnew A()", ...overflows],
  [
    "recursion by eval",
    "const f = (n) => eval('f(n + 1)'); return f(0)",
    ...overflows,
    fails("SyntaxError", /stack/),
  ],
  [
    "recursion by JSON",
    "const a = { toJSON: () => JSON.stringify(a) }; return JSON.stringify(a)",
    ...overflows,
  ],
  ["recursion by sorting", "const f = () => [2, 1].sort(f); return f()", ...overflows],
  ["recursion by replacement", "const f = () => 'a'.replace(/a/, f); return f()", ...overflows],
  [
    "recursion by bound functions",
    "let f = () => 1; for (let i = 0; i < 20_000; i++) f = f.bind(null); return f()",
    ...overflows,
    outOfMemory,
  ],
  [
    "recursion by instances",
    "class A { static [Symbol.hasInstance](a) { return a instanceof A } }\nreturn 1 instanceof A",
    ...overflows,
  ],
  [
    "recursion by proxies of proxies",
    "let p = {}; for (let i = 0; i < 30_000; i++) p = new Proxy(p, {}); return p.x",
    ...overflows,
    outOfMemory,
  ],
  ["recursion by generators", "function* g() { yield* g() }\n[...g()]", ...overflows, outOfMemory],
  [
    "recursion by async functions",
    "const f = async () => { await f() }; await f()",
    ...overflows,
    outOfMemory,
  ],
  [
    "recursion in a catch",
    "const f = () => { try { f() } catch { f() } }; f()",
    timesOut,
    ...overflows,
  ],
  [
    "JSON of a depth of 100,000",
    "return JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))",
    ...overflows,
    fails("SyntaxError", /stack/),
  ],
  [
    "a regular expression of a depth of 20,000",
    "return new RegExp('(?:'.repeat(20_000) + ')'.repeat(20_000)).test('')",
    ...overflows,
    fails("SyntaxError", /stack/),
  ],
  [
    "code of a depth of 20,000 in eval",
    "return eval('('.repeat(20_000) + '1' + ')'.repeat(20_000))",
    ...overflows,
    fails("SyntaxError", /stack/),
  ],
  [
    "10,000 promises at once",
    "return (await Promise.all(Array.from({ length: 10_000 }, async (_, i) => { await null; return i }))).length",
    gives(10_000),
  ],
]);
