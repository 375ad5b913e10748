/** Values as JSON: also those that JSON has no form for, and without the base64 of content blocks. */
export const plain = String.raw`
const typedArray = getPrototypeOf(Uint8Array.prototype);
const { get: tagOf } = getOwnPropertyDescriptor(typedArray, Symbol.toStringTag);
const { get: lengthOf } = getOwnPropertyDescriptor(typedArray, "length");
const iteratorTag = /^\[object (?:Map|Set|Array|String|RegExp String) Iterator\]$/;
// More levels overflow a stack, and take the engine's own search for cycles a while.
const maxDepth = 1000;
const listOf = (size, itemAt) => {
  const list = [];
  for (let at = 0; at < size; at++) put(list, itemAt(at));
  return list;
};
const entriesOf = (map) => {
  const entries = [];
  let isTextual = true;
  apply(mapForEach, map, [(value, key) => {
    if (typeof key !== "string") isTextual = false;
    put(entries, { __proto__: null, key, value });
  }]);
  if (!isTextual) return listOf(entries.length, (at) => [entries[at].key, entries[at].value]);
  const members = { __proto__: null };
  for (let at = 0; at < entries.length; at++) members[entries[at].key] = entries[at].value;
  return members;
};
const errorMembers = (error) => {
  const members = { __proto__: null, name: read(error, "name"), message: read(error, "message") };
  const names = ownKeys(error);
  for (let at = 0; at < names.length; at++) {
    const name = names[at];
    if (typeof name === "string" && name !== "stack" && name !== "name" && name !== "message") members[name] = error[name];
  }
  if (members.name === "AggregateError") members.errors = error.errors;
  else if (error.cause !== undefined) members.cause = error.cause;
  return members;
};
const isTypedArray = (value) => apply(tagOf, value, []) !== undefined;
const isBuffer = (value) => isA("ArrayBuffer", value);

// What stands for an object that JSON would show as nothing.
const plainObject = (item) => {
  const prototype = getPrototypeOf(item);
  if (prototype === objectPrototype || prototype === null || isArray(item)) return item;
  if (isA("Error", item)) return errorMembers(item);
  if (isA("Map", item)) return entriesOf(item);
  if (isA("Set", item)) {
    const list = [];
    apply(setForEach, item, [(entry) => { put(list, entry); }]);
    return list;
  }
  if (isTypedArray(item)) return listOf(apply(lengthOf, item, []), (at) => item[at]);
  if (isBuffer(item)) {
    const bytes = new Native.Uint8Array(item);
    return listOf(apply(lengthOf, bytes, []), (at) => bytes[at]);
  }
  if (isA("RegExp", item) || isA("BigInt", item)) return text(item);
  if (isA("Promise", item)) return "[Promise: await it]";
  if (apply(exec, iteratorTag, [apply(objectToString, item, [])]) !== null) {
    const list = [];
    for (let step = item.next(); !step.done; step = item.next()) put(list, step.value);
    return list;
  }
  return item;
};

// JSON text of a value; undefined where it has none, as for a function. Where placeOf is given, it gives the text of a block's place.
const toJson = (value, placeOf) => {
  // A set finds an ancestor at any depth at once.
  const ancestors = new Native.Set();
  const path = { __proto__: null };
  let depth = 0;
  return stringify(value, function (key, item) {
    if (typeof item === "bigint") return text(item);
    if (typeof item === "string") {
      if (item.length < minImageChars) return item;
      const found = blockOf(item);
      return found === undefined ? item : placeOf(item, found);
    }
    if (item === null || typeof item !== "object") return item;
    while (depth > 0 && path[depth - 1].shown !== this) apply(setDelete, ancestors, [path[--depth].item]);
    if (apply(setHas, ancestors, [item])) return "[Circular]";
    if (depth >= maxDepth) return "[Nested too deeply]";
    if (key !== "" || depth > 0) {
      const found = blockOf(item);
      if (found !== undefined && found.kind === 2) return placeOf(item, found);
    }
    const blocks = contentOf(item);
    if (blocks !== undefined && blocks !== item) forEachBlock(blocks, placeOf);
    const shown = plainObject(item);
    if (typeof shown === "string") return shown;
    apply(setAdd, ancestors, [item]);
    path[depth++] = { __proto__: null, item, shown };
    return shown;
  });
};
`;
