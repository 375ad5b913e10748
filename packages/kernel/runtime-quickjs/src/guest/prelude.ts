/** Characters of JSON text that the options of one call may have. */
export const maxOptionsChars = 1_000;

/** The file name in stack lines of the prelude, which agents do not see. */
export const preludeFile = "executor:prelude";

/**
 * The sandbox's own script. It runs before the agent's code, in the same realm, and keeps the built-in functions that it needs:
 * changes by the agent do not affect it. For the same reason it calls no method of an object that the agent can reach, and
 * keeps its tables in objects without a prototype.
 *
 * It evaluates to a function that takes the host's functions and returns the functions that the host calls.
 */
export const prelude = String.raw`(hostCall, hostConsole, hostMeasure) => {
"use strict";
const { parse, stringify } = JSON;
const { apply, defineProperty } = Reflect;
const { isArray } = Array;
const { freeze } = Object;
const { isPrototypeOf } = Object.prototype;
const { slice, charCodeAt } = String.prototype;
const text = String;
const Native = { __proto__: null, Error, Promise, Proxy, TypeError };
const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;
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
  Error: Error.prototype,
  InternalError: InternalError.prototype,
  Map: Map.prototype,
  Promise: Promise.prototype,
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

const maxOptionsChars = ${maxOptionsChars};
let maxInputChars = 0;
let maxInFlight = 0;
let maxOutputChars = 0;
let consoleLeft = 0;
const limit = (inputChars, inFlightCalls, outputChars, seedA, seedB, seedC) => {
  maxInputChars = inputChars;
  maxInFlight = inFlightCalls;
  maxOutputChars = consoleLeft = outputChars;
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

const calls = { __proto__: null };
let lastCall = 0;
let inFlight = 0;
const waiting = { __proto__: null };
let firstWaiting = 0;
let endWaiting = 0;

const send = (id, path, input, options) => {
  inFlight++;
  try {
    hostCall(id, stringify(path), input, options);
  } catch (error) {
    inFlight--;
    throw error;
  }
};
const sendWaiting = () => {
  while (inFlight < maxInFlight && firstWaiting < endWaiting) {
    const { id, path, input, options } = waiting[firstWaiting];
    delete waiting[firstWaiting];
    firstWaiting++;
    send(id, path, input, options);
  }
};
const callTool = (path, input, options) => {
  const stack = new Native.Error().stack;
  return new Native.Promise((resolve, reject) => {
    const refuse = (message) => reject(new ToolError(message, "invalid_input", path, stack));
    const asJson = (what, value) => {
      let json;
      try {
        json = stringify(value);
      } catch (error) {
        if (!isA("TypeError", error)) throw error;
        refuse("The " + what + " of tools." + path + " is not JSON: " + read(error, "message") + ". Pass plain data.");
        return undefined;
      }
      if (json === undefined) {
        refuse("The " + what + " of tools." + path + " is a " + typeof value + ". Pass plain data.");
      }
      return json;
    };
    const json = input === undefined ? "{}" : asJson("input", input);
    if (json === undefined) return;
    // list.map(tools.a.b) passes each item with its index.
    const optionsJson = options === undefined || typeof options === "number" ? "null" : asJson("second argument", options);
    if (optionsJson === undefined) return;
    if (json.length > maxInputChars) {
      return refuse("The input of tools." + path + " has " + json.length + " characters of JSON; at most " +
        maxInputChars + " are allowed. Pass less data.");
    }
    if (path.length > 1000) {
      return refuse("The name of the tool has " + path.length + " characters, and no tool has such a name.");
    }
    if (optionsJson.length > maxOptionsChars) {
      return refuse("The second argument of tools." + path + " has " + optionsJson.length +
        " characters of JSON; the only option is { response: true }.");
    }
    const id = ++lastCall;
    calls[id] = { resolve, reject, path, stack };
    if (inFlight < maxInFlight) {
      send(id, path, json, optionsJson);
    } else {
      waiting[endWaiting] = { id, path, input: json, options: optionsJson };
      endWaiting++;
    }
  });
};
const settle = (id, succeeded, json) => {
  const call = calls[id];
  if (call === undefined) return;
  delete calls[id];
  inFlight--;
  sendWaiting();
  let value;
  try {
    value = parse(json);
  } catch (error) {
    if (!isA("SyntaxError", error)) return call.reject(error);
    return call.reject(new ToolError("The tool's result is not JSON.", "tool_error", call.path, call.stack));
  }
  if (succeeded) return call.resolve(value);
  const error = new ToolError(value.message, value.outcome, call.path, call.stack);
  if (value.status !== null) error.status = value.status;
  if (value.headers !== null) error.headers = value.headers;
  if (value.data !== null) error.data = value.data;
  if (value.truncated !== null) error.truncated = value.truncated;
  call.reject(error);
};

const toolAt = (path) => new Native.Proxy(() => {}, {
  __proto__: null,
  get: (_, key) => typeof key !== "string" || key === "then" || key === "toJSON"
    ? undefined
    : toolAt(path === "" ? key : path + "." + key),
  apply: (_, __, inputs) => {
    if (path === "") throw new Native.TypeError("tools is not a function; call tools.<namespace>.<path>(input).");
    return callTool(path, inputs.length > 0 ? inputs[0] : undefined, inputs.length > 1 ? inputs[1] : undefined);
  },
  construct: () => { throw new Native.TypeError("tools." + path + " is not a constructor; call it without new."); },
  has: (_, key) => typeof key === "string",
  ownKeys: () => [],
  getOwnPropertyDescriptor: () => undefined,
  getPrototypeOf: () => null,
  set: () => false,
  defineProperty: () => false,
  deleteProperty: () => false,
  setPrototypeOf: () => false,
  preventExtensions: () => false,
});

const showError = (error) => {
  const name = read(error, "name");
  const message = read(error, "message");
  const stack = read(error, "stack");
  return (name === undefined ? "Error" : name) + (message === undefined || message === "" ? "" : ": " + message) +
    (stack === undefined || stack === "" ? "" : "\n" + cut(stack, 2000));
};
const showPlain = (value) => {
  switch (typeof value) {
    case "string": return value;
    case "bigint": return text(value) + "n";
    case "function": return "[Function" + (read(value, "name") ? ": " + read(value, "name") : "") + "]";
    default: return text(value);
  }
};
const show = (value) => {
  if (value === null || (typeof value !== "object")) return showPlain(value);
  if (isA("Error", value)) return showError(value);
  const ancestors = { __proto__: null };
  const holders = { __proto__: null };
  let depth = 0;
  const replace = function (_, item) {
    if (typeof item === "bigint" || typeof item === "function" || typeof item === "symbol") return showPlain(item);
    if (typeof item === "number" && (item !== item || item === Infinity || item === -Infinity)) return text(item);
    if (item === null || typeof item !== "object") return item;
    while (depth > 0 && holders[depth - 1] !== this) depth--;
    for (let at = 0; at < depth; at++) if (ancestors[at] === item) return "[Circular]";
    if (depth >= 50) return isArray(item) ? "[Array]" : "[Object]";
    let shown = item;
    if (isA("Error", item)) return showError(item);
    if (isA("Promise", item)) return "[Promise]";
    if (isA("Map", item)) {
      shown = { __proto__: null };
      apply(mapForEach, item, [(entry, key) => { shown[typeof key === "symbol" ? text(key) : show(key)] = entry; }]);
    } else if (isA("Set", item)) {
      shown = [];
      let length = 0;
      apply(setForEach, item, [(entry) => {
        defineProperty(shown, length++,
          { __proto__: null, value: entry, writable: true, enumerable: true, configurable: true });
      }]);
    }
    ancestors[depth] = item;
    holders[depth++] = shown;
    return shown;
  };
  try {
    const json = stringify(value, replace);
    return json === undefined ? apply(objectToString, value, []) : json;
  } catch (error) {
    if (isA("InternalError", error)) throw error;
    try {
      return apply(objectToString, value, []);
    } catch {
      return "[Object]";
    }
  }
};

const print = (level, values) => {
  if (consoleLeft <= 0) {
    if (consoleLeft === 0) hostConsole(level, undefined);
    consoleLeft = -1;
    return;
  }
  let line = "";
  for (let at = 0; at < values.length && line.length <= consoleLeft; at++) {
    line += (at === 0 ? "" : " ") + cut(show(values[at]), consoleLeft + 1);
  }
  if (consoleLeft <= 0) return;
  const shown = cut(line, consoleLeft);
  const isCut = shown.length < line.length;
  const left = consoleLeft - shown.length - 1;
  consoleLeft = isCut ? -1 : left < 0 ? 0 : left;
  hostConsole(level, stringify(shown));
  if (isCut) hostConsole(level, undefined);
};
const define = (name, value) =>
  defineProperty(globalThis, name, { __proto__: null, value, writable: false, enumerable: true, configurable: false });
define("tools", toolAt(""));
define("console", freeze({
  __proto__: null,
  debug: (...values) => print("debug", values),
  log: (...values) => print("log", values),
  info: (...values) => print("info", values),
  warn: (...values) => print("warn", values),
  error: (...values) => print("error", values),
}));
delete globalThis.SharedArrayBuffer;

const measure = (json) => {
  for (let at = 0; at < json.length; ) {
    const part = cut(apply(slice, json, [at, at + 65537]), 65536);
    hostMeasure(part);
    at += part.length;
  }
};
const finish = (value) => {
  let json;
  try {
    json = value === undefined ? "null" : stringify(value);
  } catch (error) {
    if (!isA("TypeError", error)) throw error;
    throw new Native.TypeError("The result is not JSON: " + read(error, "message") + ". Return plain data.");
  }
  if (json === undefined) {
    throw new Native.TypeError("The result is a " + typeof value + ", which JSON cannot hold. Return plain data.");
  }
  const output = cut(json, maxOutputChars);
  if (output.length < json.length) measure(json);
  return json.length + ":" + output;
};
const describe = (error, isExhausted) => {
  // Code can throw such an error too, while there is memory.
  if (isExhausted && isOutOfMemory(error)) return '{"outOfMemory":true}';
  const isObject = (typeof error === "object" && error !== null) || typeof error === "function";
  const name = isObject ? read(error, "name") : undefined;
  let message = isObject ? read(error, "message") : undefined;
  if (message === undefined) message = "The code threw " + cut(show(error), 8000);
  const stack = isObject ? read(error, "stack") : undefined;
  return '{"name":' + stringify(cut(name === undefined ? "Error" : name, 200)) +
    ',"message":' + stringify(cut(message, 8000)) +
    (stack === undefined ? "" : ',"stack":' + stringify(cut(stack, 8000))) + "}";
};
return { __proto__: null, limit, settle, finish, describe };
}`;
