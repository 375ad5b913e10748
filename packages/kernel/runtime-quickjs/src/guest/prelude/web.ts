/** Functions that code expects and the language does not have: those of the web that need no network. */
export const web = String.raw`
const { get: bufferOf } = getOwnPropertyDescriptor(typedArray, "buffer");
const { get: offsetOf } = getOwnPropertyDescriptor(typedArray, "byteOffset");
const { get: byteLengthOf } = getOwnPropertyDescriptor(typedArray, "byteLength");
const { subarray } = typedArray;
const viewOf = (value) => isObject(value) && isBuffer(value) ? new Native.Uint8Array(value)
  : new Native.Uint8Array(apply(bufferOf, value, []), apply(offsetOf, value, []), apply(byteLengthOf, value, []));
// Bytes as text of characters up to U+00FF, in which they cross.
const binaryOf = (value) => {
  const bytes = viewOf(value);
  const size = apply(lengthOf, bytes, []);
  let binary = "";
  for (let at = 0; at < size; at += 4096) binary += apply(fromCharCode, undefined, apply(subarray, bytes, [at, at + 4096]));
  return binary;
};
const bytesOfBinary = (binary) => {
  const bytes = new Native.Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = apply(charCodeAt, binary, [at]);
  return bytes;
};
const toBase64 = (bytes) => ask("btoa", binaryOf(bytes));

class TextEncoder {
  get encoding() { return "utf-8"; }
  encode(value = "") { return bytesOfBinary(ask("encode", text(value))); }
  encodeInto(value, target) {
    const bytes = this.encode(value).subarray(0, target.length);
    target.set(bytes);
    return { read: new TextDecoder().decode(bytes).length, written: bytes.length };
  }
}
class TextDecoder {
  constructor(label = "utf-8", options = {}) {
    const { fatal = false, ignoreBOM = false } = options;
    this.encoding = ask("decoder", text(label));
    this.fatal = !!fatal;
    this.ignoreBOM = !!ignoreBOM;
  }
  decode(bytes = new Native.Uint8Array(0)) {
    const { encoding, fatal, ignoreBOM } = this;
    return ask("decode", { encoding, fatal, ignoreBOM, binary: binaryOf(bytes) });
  }
}

class URLSearchParams {
  #pairs = [];
  #changed = () => {};
  constructor(init = "") {
    if (typeof init === "object" && init !== null) {
      const entries = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
      for (const [name, value] of entries) this.#pairs.push([text(name), text(value)]);
    } else this.#pairs = ask("query", text(init));
  }
  static of(search, changed) {
    const params = new URLSearchParams(search);
    params.#changed = changed;
    return params;
  }
  static replace(params, search) { params.#pairs = ask("query", search); }
  get size() { return this.#pairs.length; }
  append(name, value) { this.#pairs.push([text(name), text(value)]); this.#changed(text(this)); }
  delete(name, value) {
    this.#pairs = this.#pairs.filter((pair) => pair[0] !== text(name) || (value !== undefined && pair[1] !== text(value)));
    this.#changed(text(this));
  }
  get(name) { return this.#pairs.find((pair) => pair[0] === text(name))?.[1] ?? null; }
  getAll(name) { return this.#pairs.filter((pair) => pair[0] === text(name)).map((pair) => pair[1]); }
  has(name, value) { return this.#pairs.some((pair) => pair[0] === text(name) && (value === undefined || pair[1] === text(value))); }
  set(name, value) {
    const at = this.#pairs.findIndex((pair) => pair[0] === text(name));
    if (at < 0) this.#pairs.push([text(name), text(value)]);
    else this.#pairs = this.#pairs.filter((pair, place) => place <= at || pair[0] !== text(name))
      .map((pair, place) => place === at ? [text(name), text(value)] : pair);
    this.#changed(text(this));
  }
  sort() { this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)); this.#changed(text(this)); }
  forEach(visit, self) { for (const [name, value] of this.#pairs) visit.call(self, value, name, this); }
  keys() { return this.#pairs.map((pair) => pair[0]).values(); }
  values() { return this.#pairs.map((pair) => pair[1]).values(); }
  entries() { return this.#pairs.map((pair) => [...pair]).values(); }
  [Symbol.iterator]() { return this.entries(); }
  toString() { return ask("queryText", this.#pairs); }
  toJSON() { return text(this); }
}
const { of: paramsOf, replace: replaceParams } = URLSearchParams;
delete URLSearchParams.of;
delete URLSearchParams.replace;

class URL {
  #parts;
  #params;
  constructor(input, base) { this.#parts = ask("url", [text(input), base === undefined ? null : text(base)]); }
  static canParse(input, base) { return URL.parse(input, base) !== null; }
  static parse(input, base) { try { return new URL(input, base); } catch { return null; } }
  #change(name, value) {
    this.#parts = ask("urlWith", [this.#parts.href, name, text(value)]);
    if (this.#params !== undefined && (name === "href" || name === "search")) replaceParams(this.#params, this.#parts.search);
  }
  get origin() { return this.#parts.origin; }
  get searchParams() {
    return this.#params ??= paramsOf(this.#parts.search, (search) => {
      this.#parts = ask("urlWith", [this.#parts.href, "search", search]);
    });
  }
  toString() { return this.#parts.href; }
  toJSON() { return this.#parts.href; }
  static {
    for (const name of ["href", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"]) {
      defineProperty(URL.prototype, name, {
        __proto__: null,
        get() { return this.#parts[name]; },
        set(value) { this.#change(name, value); },
        enumerable: true,
        configurable: true,
      });
    }
  }
}

const cloneError = (value) => {
  const error = new Native.Error((typeof value === "function" ? "A function" : "A symbol") + " cannot be cloned.");
  error.name = "DataCloneError";
  return error;
};
const structuredClone = (value) => {
  const seen = new Native.Map();
  const clone = (item) => {
    if (typeof item === "function" || typeof item === "symbol") throw cloneError(item);
    if (!isObject(item)) return item;
    if (seen.has(item)) return seen.get(item);
    const keep = (copy) => { seen.set(item, copy); return copy; };
    if (isA("Date", item)) return keep(new item.constructor(+item));
    if (isA("RegExp", item)) return keep(new item.constructor(item.source, item.flags));
    if (isBuffer(item)) return keep(item.slice(0));
    if (isTypedArray(item)) return keep(item.slice());
    if (isA("Map", item)) {
      const copy = keep(new Native.Map());
      apply(mapForEach, item, [(entry, key) => { copy.set(clone(key), clone(entry)); }]);
      return copy;
    }
    if (isA("Set", item)) {
      const copy = keep(new Native.Set());
      apply(setForEach, item, [(entry) => { copy.add(clone(entry)); }]);
      return copy;
    }
    if (isA("Promise", item)) throw cloneError(() => {});
    const copy = keep(isArray(item) ? [] : isA("Error", item) ? new Native.Error(item.message) : {});
    for (const key of ownKeys(item)) {
      const property = getOwnPropertyDescriptor(item, key);
      if (typeof key === "string" && key !== "length" && property.enumerable) copy[key] = clone(item[key]);
    }
    if (isA("Error", item)) copy.name = item.name;
    return copy;
  };
  return clone(value);
};

const globals = {
  __proto__: null,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  structuredClone,
  atob: (base64) => ask("atob", text(base64)),
  btoa: (binary) => ask("btoa", text(binary)),
  crypto: freeze({
    __proto__: null,
    randomUUID: () => ask("uuid", null),
    getRandomValues: (array) => {
      viewOf(array).set(bytesOfBinary(ask("random", apply(byteLengthOf, array, []))));
      return array;
    },
  }),
};
const globalNames = ownKeys(globals);
for (let at = 0; at < globalNames.length; at++) {
  const name = globalNames[at];
  defineProperty(globalThis, name, { __proto__: null, value: globals[name], writable: true, enumerable: false, configurable: true });
}
`;
