/**
 * Code that describes everything it can reach: the names of all globals, and a digest of every object, property, attribute and
 * function that leads on from them. It gives the same wherever no earlier run has left anything.
 */
export const probe = `
  const seen = new Map();
  const queue = [];
  let digest = 0;
  let objects = 0;
  const note = (text) => {
    for (let at = 0; at < text.length; at++) digest = (Math.imul(digest, 31) + text.charCodeAt(at)) | 0;
  };
  const name = (value) => {
    if ((typeof value !== "object" || value === null) && typeof value !== "function") {
      return typeof value === "number" || typeof value === "symbol" ? String(value) : typeof value + " " + String(value);
    }
    if (value === tools) return "tools";
    if (!seen.has(value)) {
      seen.set(value, "#" + seen.size);
      queue.push(value);
    }
    return seen.get(value);
  };
  name(globalThis);
  for (const one of [async () => {}, function* () {}, async function* () {}, [][Symbol.iterator](), new Map()[Symbol.iterator](),
    ""[Symbol.iterator](), "".matchAll(/a/g), Object(1n), class {}]) name(Object.getPrototypeOf(one));
  while (queue.length > 0) {
    const at = queue.pop();
    objects++;
    note(typeof at + name(Object.getPrototypeOf(at)) + Object.isExtensible(at));
    for (const key of Reflect.ownKeys(at)) {
      if (seen.get(at) === "#0" && key === "seen") continue;
      const { configurable, enumerable, get, set, value, writable } = Object.getOwnPropertyDescriptor(at, key);
      note([String(key), configurable, enumerable, writable, name(get), name(set), name(value)].join());
    }
  }
  const [source] = await tools.executor.sources.list({});
  console.log("clean");
  return {
    globals: Object.getOwnPropertyNames(globalThis).sort(),
    objects,
    digest,
    symbols: Object.getOwnPropertySymbols(globalThis).length,
    works: [[3, 1, 2].sort().map((n) => n * 2), JSON.stringify({ a: [1] }), "a-b".replace(/-/g, "+"), typeof source],
  };
`;
