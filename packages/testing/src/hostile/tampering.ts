import { fails, family, gives, type Row } from "./program.ts";

/** Uses everything that the sandbox gives: the console, a call that works, a call that fails, and a result. */
const use = (change: string): string => `const map = new Map([[1, 2]]);
  ${change};
  console.log("a", { b: [1] }, map);
  const got = typeof (await tools.executor.sources.list({}));
  let failed = "";
  try { await tools.no.such({}) } catch (e) { failed = e.name + " " + e.code }
  return got + " " + failed;`;

const unharmed = gives("object ToolError invalid_input");

/** The engine's own JSON.stringify calls what the code has put into a prototype: the code meets its own error. */
const own = fails("Error", /^polluted/);

const lie = `() => { throw new Error("polluted") }`;

const without = (name: string, change: string): Row => [name, use(change), unharmed];

/** Changes of built-in objects, none of which reaches the sandbox's own code: it works on as before. */
export const tampering = family("tampering", [
  [
    "every object a promise of a lie",
    use(
      `Object.prototype.then = function (resolve) { delete Object.prototype.then; resolve("lie") }`,
    ),
    gives("string ToolError invalid_input"),
  ],
  [
    "every object a promise that is never settled",
    `Object.prototype.then = () => {}; return {}`,
    { status: "timeout" },
  ],
  [
    "every object written as a lie",
    `Object.prototype.toJSON = () => "lie"; return { a: 1 }`,
    gives("lie"),
  ],
  without(
    "accessors in descriptors' prototypes",
    `for (const key of ["get", "set", "value", "writable", "configurable", "enumerable"]) Object.defineProperty(Object.prototype, key, { __proto__: null, get: ${lie}, configurable: true })`,
  ),
  without(
    "members of answers in the objects' prototype",
    `for (const key of ["id", "path", "input", "message", "outcome", "status", "data", "code", "resolve", "reject", "stack"]) Object.defineProperty(Object.prototype, key, { get: ${lie}, set: ${lie}, configurable: true })`,
  ),
  [
    "setters of indexes in the arrays' prototype",
    use(
      `for (const key of [0, 1, 2]) Object.defineProperty(Array.prototype, key, { set: ${lie}, configurable: true })`,
    ),
    own,
  ],
  [
    "setters of indexes in the objects' prototype",
    use(
      `for (const key of [0, 1, 2]) Object.defineProperty(Object.prototype, key, { set: ${lie}, configurable: true })`,
    ),
    own,
  ],
  without(
    "every method of arrays",
    `for (const key of Reflect.ownKeys(Array.prototype)) if (key !== "length" && key !== Symbol.iterator) Array.prototype[key] = ${lie}`,
  ),
  without(
    "every method of texts",
    `for (const key of Object.getOwnPropertyNames(String.prototype)) if (key !== "length") String.prototype[key] = ${lie}`,
  ),
  without(
    "every method of functions",
    `for (const key of ["call", "apply", "bind", "toString"]) Function.prototype[key] = ${lie}`,
  ),
  without(
    "every method of reflection",
    `for (const key of Object.getOwnPropertyNames(Reflect)) Reflect[key] = ${lie}`,
  ),
  without(
    "every static method of objects",
    `for (const key of Object.getOwnPropertyNames(Object)) if (typeof Object[key] === "function") Object[key] = ${lie}`,
  ),
  without(
    "every method of maps and sets",
    `for (const { prototype } of [Map, Set]) for (const key of ["forEach", "get", "set", "add", "has", "entries"]) prototype[key] = ${lie}`,
  ),
  without("every method of JSON", `JSON.parse = JSON.stringify = ${lie}`),
  without(
    "every method of regular expressions",
    `for (const key of ["exec", "test", Symbol.replace, Symbol.match, Symbol.split]) RegExp.prototype[key] = ${lie}`,
  ),
  without(
    "every method of numbers",
    `Math.random = Date.now = Number.isInteger = ${lie}; Number.prototype.toString = ${lie}`,
  ),
  without(
    "then of promises, for calls that a callback takes",
    `const { then } = Promise.prototype; Promise.prototype.then = function (...callbacks) { return Reflect.apply(then, this, callbacks) }`,
  ),
  [
    "then of promises that lies",
    `Promise.prototype.then = function (resolve) { resolve("lie"); return this }\nawait new Promise(() => {})`,
    { status: "timeout" },
  ],
  without("the promises' constructor", `globalThis.Promise = ${lie}`),
  without(
    "the promises' species",
    `Object.defineProperty(Promise, Symbol.species, { get: ${lie} })`,
  ),
  [
    "the constructor in the promises' prototype",
    use(`Object.defineProperty(Promise.prototype, "constructor", { get: ${lie} })`),
    fails("Error", /^polluted/),
  ],
  without("the proxies' constructor", `globalThis.Proxy = ${lie}`),
  without(
    "the errors' constructors",
    `globalThis.Error = globalThis.TypeError = globalThis.SyntaxError = globalThis.InternalError = ${lie}`,
  ),
  without(
    "the errors' prototype",
    `for (const key of ["message", "name", "stack"]) Object.defineProperty(Error.prototype, key, { get: ${lie}, set: ${lie}, configurable: true })`,
  ),
  without("the way in which stacks are written", `Error.prepareStackTrace = ${lie}`),
  without(
    "stacks that are written as an endless object",
    `Error.prepareStackTrace = () => ({ get length() { for (;;); } })`,
  ),
  without(
    "the number of stack frames",
    `Object.defineProperty(Error, "stackTraceLimit", { get: ${lie}, configurable: true })`,
  ),
  without(
    "what is an instance",
    `for (const one of [Error, Map, Set, Promise]) Object.defineProperty(one, Symbol.hasInstance, { value: ${lie}, configurable: true })`,
  ),
  without(
    "what is an instance, always",
    `for (const one of [Error, Map, Set, Promise]) Object.defineProperty(one, Symbol.hasInstance, { value: () => true })`,
  ),
  without(
    "how objects become primitives",
    `for (const one of [Object, Array, String, Number, Function]) Object.defineProperty(one.prototype, Symbol.toPrimitive, { value: ${lie}, configurable: true })`,
  ),
  without(
    "how objects are named",
    `Object.defineProperty(Object.prototype, Symbol.toStringTag, { get: ${lie}, configurable: true })`,
  ),
  without(
    "how arrays are concatenated",
    `Object.defineProperty(Array.prototype, Symbol.isConcatSpreadable, { get: ${lie} }); Object.defineProperty(Array, Symbol.species, { get: ${lie} })`,
  ),
  without(
    "how generators go on",
    `const generator = Object.getPrototypeOf(Object.getPrototypeOf((function* () {})())); generator.next = generator.return = ${lie}; Object.prototype[Symbol.asyncIterator] = ${lie}`,
  ),
  [
    "how arrays are iterated",
    `Array.prototype[Symbol.iterator] = ${lie}; console.log("a"); return typeof (await tools.executor.sources.list({}))`,
    gives("object"),
  ],
  without(
    "how iterators of arrays go on",
    `const next = Object.getPrototypeOf([][Symbol.iterator]()); next.next = ${lie}; globalThis.Map = function () { return map }`,
  ),
  without(
    "every global deleted",
    `const global = globalThis; for (const key of Object.getOwnPropertyNames(global)) { try { delete global[key] } catch {} }`,
  ),
  without(
    "every global frozen",
    `for (const key of Object.getOwnPropertyNames(globalThis)) { const one = globalThis[key]; if (one && (typeof one === "object" || typeof one === "function") && key !== "tools") { Object.freeze(one); if (one.prototype) Object.freeze(one.prototype) } }`,
  ),
  without("the globals sealed", "Object.preventExtensions(globalThis)"),
  [
    "the arrays' prototype a proxy",
    use(
      `Object.setPrototypeOf(Array.prototype, new Proxy({}, { set: ${lie}, has: ${lie}, getOwnPropertyDescriptor: ${lie} }))`,
    ),
    own,
  ],
  without(
    "the functions' prototype a proxy",
    `Object.setPrototypeOf(Function.prototype, new Proxy({}, { set: ${lie}, has: ${lie} }))`,
  ),
  without(
    "the errors' prototype a proxy",
    `Object.setPrototypeOf(Error.prototype, new Proxy({}, { set: ${lie}, has: ${lie} }))`,
  ),
  [
    "the objects' prototype a proxy",
    `Object.setPrototypeOf(Object.prototype, new Proxy({}, {}))`,
    fails("TypeError"),
  ],
  [
    "the globals' prototype a proxy",
    `Object.setPrototypeOf(globalThis, new Proxy({}, { has: ${lie} })); return typeof nothing`,
    gives("undefined"),
  ],
  without(
    "a thousand members in every object",
    `for (let i = 0; i < 1000; i++) Object.prototype["polluted" + i] = i`,
  ),
]);
