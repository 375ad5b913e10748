/** `tools`, and the calls of tools. */
export const calls = String.raw`
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
const settle = (id, succeeded, json, contentJson) => {
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
  if (succeeded) {
    if (contentJson !== undefined) remember(value, parse(contentJson));
    else if (blocksOf(value) !== undefined) remember(value, value);
    return call.resolve(value);
  }
  const error = new ToolError(value.message, value.outcome, call.path, call.stack);
  if (value.status !== null) error.status = value.status;
  if (value.headers !== null) error.headers = value.headers;
  if (value.data !== null) error.data = value.data;
  if (value.truncated !== null) error.truncated = value.truncated;
  call.reject(error);
};

const pathKey = Symbol();
const pathOf = (value) => value[pathKey];
const atPath = (path) => "tools" + (path === "" ? "" : "." + path);
// Names below a path, asked for once. Where the host has no names, every name may be one.
const children = { __proto__: null };
const childrenOf = (path) => {
  let known = children[path];
  if (known === undefined) {
    const names = ask("names", path);
    known = { __proto__: null, names, has: { __proto__: null } };
    for (let at = 0; at < names.length; at++) known.has[names[at]] = true;
    children[path] = known;
  }
  return known;
};
const isTool = (path, key) => typeof key === "string" && (childrenOf("").names.length === 0 || childrenOf(path).has[key] === true);
const toolAt = (path) => {
  const below = (key) => toolAt(path === "" ? key : path + "." + key);
  return new Native.Proxy(() => {}, {
    __proto__: null,
    get: (_, key) => key === pathKey ? path
      : typeof key !== "string" || key === "then" || key === "toJSON" ? undefined : below(key),
    apply: (_, __, inputs) => {
      if (path === "") throw new Native.TypeError("tools is not a function; call tools.<namespace>.<path>(input).");
      return callTool(path, inputs.length > 0 ? inputs[0] : undefined, inputs.length > 1 ? inputs[1] : undefined);
    },
    construct: () => { throw new Native.TypeError("tools." + path + " is not a constructor; call it without new."); },
    has: (_, key) => isTool(path, key),
    ownKeys: () => childrenOf(path).names,
    getOwnPropertyDescriptor: (_, key) => typeof key === "string" && childrenOf(path).has[key] === true
      ? { __proto__: null, value: below(key), writable: true, enumerable: true, configurable: true }
      : undefined,
    getPrototypeOf: () => null,
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
    setPrototypeOf: () => false,
    preventExtensions: () => false,
  });
};
`;
