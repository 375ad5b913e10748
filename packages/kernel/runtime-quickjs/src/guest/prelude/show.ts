/** How values look in the console, and the console. */
export const show = String.raw`
const showError = (error) => {
  const name = read(error, "name");
  const message = read(error, "message");
  const stack = read(error, "stack");
  return (name === undefined ? "Error" : name) + (message === undefined || message === "" ? "" : ": " + message) +
    (stack === undefined || stack === "" ? "" : "\n" + cut(stack, 2000));
};
const showPlain = (value) => {
  switch (typeof value) {
    case "string": {
      const found = blockOf(value);
      return found === undefined ? value : labelOf(found);
    }
    case "bigint": return text(value) + "n";
    case "function": {
      const path = pathOf(value);
      if (path !== undefined) {
        const { names } = childrenOf(path);
        return "[" + atPath(path) + (names.length === 0 ? "" : ": " + cut(stringify(names), 2000)) + "]";
      }
      return "[Function" + (read(value, "name") ? ": " + read(value, "name") : "") + "]";
    }
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
    if (item === null || typeof item !== "object") return typeof item === "string" ? showPlain(item) : item;
    const block = blockOf(item);
    if (block !== undefined && block.kind === 2) return labelOf(block);
    while (depth > 0 && holders[depth - 1] !== this) depth--;
    for (let at = 0; at < depth; at++) if (ancestors[at] === item) return "[Circular]";
    if (depth >= 50) return isArray(item) ? "[Array]" : "[Object]";
    let shown = item;
    if (isA("Error", item)) return showError(item);
    if (isA("Promise", item)) return "[Promise]";
    if (isA("Map", item)) {
      shown = { __proto__: null };
      apply(mapForEach, item, [(entry, key) => { shown[typeof key === "symbol" ? text(key) : show(key)] = entry; }]);
    } else shown = plainObject(item);
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
define("tools", toolAt(""));
const counts = { __proto__: null };
const log = (...values) => print("log", values);
define("console", freeze({
  __proto__: null,
  debug: (...values) => print("debug", values),
  log,
  info: (...values) => print("info", values),
  warn: (...values) => print("warn", values),
  error: (...values) => print("error", values),
  dir: (value) => print("log", [value]),
  table: (value) => print("log", [value]),
  trace: (...values) => print("debug", values),
  group: log,
  groupCollapsed: log,
  groupEnd: () => {},
  assert: (condition, ...values) => { if (!condition) print("error", ["Assertion failed:", ...values]); },
  count: (name = "default") => {
    counts[name] = (counts[name] ?? 0) + 1;
    print("log", [text(name) + ": " + counts[name]]);
  },
  time: (name = "default") => { counts["time " + text(name)] = now(); },
  timeEnd: (name = "default") => print("log", [text(name) + ": " + (now() - (counts["time " + text(name)] ?? now())) + " ms"]),
}));
delete globalThis.SharedArrayBuffer;
`;
