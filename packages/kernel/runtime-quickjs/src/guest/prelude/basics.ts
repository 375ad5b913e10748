/** The functions of the language that the prelude keeps, its limits, and its source of random numbers. */
export const basics = String.raw`
const { parse, stringify } = JSON;
const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { isArray } = Array;
const { freeze, hasOwn, prototype: objectPrototype } = Object;
const { isPrototypeOf } = Object.prototype;
const { exec } = RegExp.prototype;
const { toString: functionToString } = Function.prototype;
const { get: weakGet, set: weakSet } = WeakMap.prototype;
const { slice, charCodeAt } = String.prototype;
const { fromCharCode } = String;
const text = String;
const Native = { __proto__: null, Error, Map, Promise, Proxy, Set, TypeError, Uint8Array, WeakMap };
const mapForEach = Map.prototype.forEach;
const { forEach: setForEach, add: setAdd, delete: setDelete, has: setHas } = Set.prototype;
const { now } = Date;
const objectToString = Object.prototype.toString;

const cut = (value, length) => {
  if (value.length <= length) return value;
  const last = length > 0 ? apply(charCodeAt, value, [length - 1]) : 0;
  return apply(slice, value, [0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length]);
};
const read = (value, key) => {
  try {
    const property = value[key];
    return typeof property === "string" ? property : undefined;
  } catch {
    return undefined;
  }
};
const prototypes = {
  __proto__: null,
  ArrayBuffer: ArrayBuffer.prototype,
  BigInt: BigInt.prototype,
  Date: Date.prototype,
  Error: Error.prototype,
  InternalError: InternalError.prototype,
  Map: Map.prototype,
  Promise: Promise.prototype,
  RegExp: RegExp.prototype,
  Set: Set.prototype,
  SyntaxError: SyntaxError.prototype,
  TypeError: TypeError.prototype,
};
const isA = (name, value) => {
  // instanceof asks Symbol.hasInstance, which code can set. A proxy may throw; an overflow of the stack is no answer.
  try {
    return apply(isPrototypeOf, prototypes[name], [value]);
  } catch (error) {
    if (error !== null && typeof error === "object" && read(error, "message") === "stack overflow") throw error;
    return false;
  }
};
const define = (name, value) =>
  defineProperty(globalThis, name, { __proto__: null, value, writable: false, enumerable: true, configurable: false });
const types = { __proto__: null, undefined: 1, boolean: 1, number: 1, bigint: 1, string: 1, symbol: 1, function: 1, object: 1 };
// Without memory for an error the engine throws null, a value of no type, an error without a message, or one of these.
const isOutOfMemory = (error) => {
  if (error === null || types[typeof error] === undefined) return true;
  if (!isA("InternalError", error)) return false;
  const message = read(error, "message");
  return message === undefined || message === "" || cut(message, 13) === "out of memory";
};

class ToolError extends Native.Error {
  name = "ToolError";
  code;
  status;
  headers;
  data;
  truncated;
  tool;
  constructor(message, code, tool, stack) {
    super(message);
    this.code = code;
    this.tool = tool;
    defineProperty(this, "stack", { __proto__: null, value: stack, writable: true, configurable: true });
  }
}
freeze(ToolError);

let maxInputChars = 0;
let maxInFlight = 0;
let maxOutputChars = 0;
let consoleLeft = 0;
const limit = (inputChars, inFlightCalls, outputChars, blockBytes, contentBytes, seedA, seedB, seedC) => {
  maxInputChars = inputChars;
  maxInFlight = inFlightCalls;
  maxOutputChars = consoleLeft = contentCharsLeft = outputChars;
  maxBlockBytes = blockBytes;
  contentBytesLeft = contentBytes;
  randomA = seedA | 0;
  randomB = seedB | 0;
  randomC = seedC | 0;
  for (let turn = 0; turn < 12; turn++) randomBits();
};

// QuickJS seeds its own generator when the realm is made, which many runs share as an image. This one is sfc32.
let randomA = 0;
let randomB = 0;
let randomC = 0;
let randomCounter = 1;
const randomBits = () => {
  const bits = (((randomA + randomB) | 0) + randomCounter) | 0;
  randomCounter = (randomCounter + 1) | 0;
  randomA = randomB ^ (randomB >>> 9);
  randomB = (randomC + (randomC << 3)) | 0;
  randomC = (((randomC << 21) | (randomC >>> 11)) + bits) | 0;
  return bits >>> 0;
};
const { random } = {
  random() {
    return ((randomBits() >>> 5) * 67108864 + (randomBits() >>> 6)) / 9007199254740992;
  },
};
defineProperty(Math, "random", { __proto__: null, value: random, writable: true, configurable: true });

// Asks the host for what the language has no functions for; JSON in, JSON out.
const ask = (operation, input) => {
  const { error, value } = parse(hostAsk(operation, stringify(input)));
  if (error === null) return value;
  const thrown = error.name === "TypeError" ? new Native.TypeError(error.message) : new Native.Error(error.message);
  if (error.name !== "TypeError") thrown.name = error.name;
  throw thrown;
};
`;
