/** `emit`, and what the host gets of the result and of errors. */
export const result = String.raw`
const measure = (json) => {
  for (let at = 0; at < json.length; ) {
    const part = cut(apply(slice, json, [at, at + 65537]), 65536);
    hostMeasure(part);
    at += part.length;
  }
};
const isFunction = (value) => typeof value === "function";
const isPromise = (value) => isObject(value) && isA("Promise", value);
// Bytes that are an image, as a block.
const imageOfBytes = (value) => {
  if (!isObject(value) || !(isBuffer(value) || isTypedArray(value))) return value;
  const bytes = isBuffer(value) ? new Native.Uint8Array(value) : value;
  const data = toBase64(bytes);
  const type = imageType(data);
  return type === undefined ? value : { __proto__: null, type: "image", data, mimeType: type };
};
// The blocks that a whole value is: a block, a list of them, or what looks like a tool's result.
const wholeBlocks = (value) => {
  if (isArray(value)) return blocksOf(value);
  if (isObject(value) && contentOf(value) === undefined && own(value, "structuredContent") === undefined) {
    const blocks = blocksOf(own(value, "content"));
    if (blocks !== undefined) return blocks;
  }
  const found = blockOf(value);
  return found === undefined || own(found.block, "type") === "text" ? undefined : [value];
};
const textBlock = (value) => ({ __proto__: null, kind: 1, block: { __proto__: null, type: "text", text: value } });
const emit = (...values) => {
  for (let at = 0; at < values.length; at++) {
    const value = imageOfBytes(values[at]);
    if (isPromise(value)) throw new Native.TypeError("emit was given a promise. Await it first.");
    if (isFunction(value)) throw new Native.TypeError("emit was given a function. Give it what is to be shown.");
    const found = blockOf(value);
    const blocks = found === undefined ? wholeBlocks(value) : undefined;
    if (found !== undefined) sendAgain(value, found);
    else if (blocks !== undefined) forEachBlock(blocks, sendAgain);
    else if (isText(value)) sendBlock(textBlock(value));
    else {
      const later = [];
      const json = toJson(value, (item, inner) => { put(later, { item, inner }); return labelOf(inner); });
      sendBlock(textBlock(json === undefined ? text(value) : json));
      for (let each = 0; each < later.length; each++) sendAgain(later[each].item, later[each].inner);
    }
  }
};
define("emit", emit);

const isClass = (value) => cut(apply(functionToString, value, []), 5) === "class";
// Runs the code: a function that it returns is called, and promises in what it returns are awaited.
const begin = async (main) => {
  let value = await main();
  if (isFunction(value) && pathOf(value) === undefined && value.length === 0 && !isClass(value)) value = await value();
  if (!isObject(value) || contentOf(value) !== undefined) return value;
  const names = isArray(value) ? undefined : getPrototypeOf(value) === objectPrototype ? ownKeys(value) : [];
  const size = names === undefined ? value.length : names.length;
  for (let at = 0; at < size; at++) {
    const name = names === undefined ? at : names[at];
    const property = getOwnPropertyDescriptor(value, name);
    if (property === undefined || !isPromise(property.value)) continue;
    defineProperty(value, name, { __proto__: null, value: await property.value, writable: true, enumerable: true, configurable: true });
  }
  return value;
};
// Code may have made the value so that it cannot be read.
const jsonOf = (given) => {
  try {
    const value = imageOfBytes(given);
    const blocks = wholeBlocks(value);
    return value === undefined ? "null" : blocks === undefined ? toJson(value, sendOnce) : stringify(sendAll(blocks));
  } catch (error) {
    if (!isA("TypeError", error)) throw error;
    throw new Native.TypeError("The result is not JSON: " + read(error, "message") + ". Return plain data.");
  }
};
const finish = (value) => {
  const path = isFunction(value) ? pathOf(value) : undefined;
  if (path !== undefined) {
    throw new Native.TypeError("The result is " + atPath(path) +
      ", which is a function. Return Object.keys of it, or what a call of a tool gives. Return plain data.");
  }
  const json = jsonOf(value);
  if (json === undefined) {
    throw new Native.TypeError("The result is a " + typeof value + ", which JSON cannot hold. Return plain data.");
  }
  const output = cut(json, maxOutputChars);
  if (output.length < json.length) measure(json);
  return (value === undefined ? "-" : "") + json.length + ":" + output;
};
const describe = (error, isExhausted) => {
  // Code can throw such an error too, while there is memory.
  if (isExhausted && isOutOfMemory(error)) return '{"outOfMemory":true}';
  const isThing = (typeof error === "object" && error !== null) || typeof error === "function";
  const name = isThing ? read(error, "name") : undefined;
  let message = isThing ? read(error, "message") : undefined;
  if (message === undefined) message = "The code threw " + cut(show(error), 8000);
  const stack = isThing ? read(error, "stack") : undefined;
  return '{"name":' + stringify(cut(name === undefined ? "Error" : name, 200)) +
    ',"message":' + stringify(cut(message, 8000)) +
    (stack === undefined ? "" : ',"stack":' + stringify(cut(stack, 8000))) + "}";
};
`;
