/** Characters that an operation takes, of base64 or of text. Nothing can stop one under way. */
const maxChars = 8 * 1024 * 1024;
/** Characters of a URL. */
const maxUrlChars = 256 * 1024;
/** Bytes that `crypto.getRandomValues` gives at once (Web Cryptography API). */
const maxRandomBytes = 65_536;

/** A failure that the code sees as an error of this name. */
class OperationError extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

/** What code asks the host for, by name; each takes and gives JSON. Bytes are text of characters up to U+00FF. */
const operations: Readonly<Record<string, (input: unknown) => unknown>> = {
  atob: (input) => {
    const text = textOf(input);
    try {
      return atob(text);
    } catch {
      throw new OperationError("InvalidCharacterError", "atob was given what is not base64.");
    }
  },
  btoa: (input) => {
    const text = textOf(input);
    try {
      return btoa(text);
    } catch {
      throw new OperationError(
        "InvalidCharacterError",
        "btoa takes characters up to U+00FF. Encode text first: btoa(String.fromCharCode(...new TextEncoder().encode(text))).",
      );
    }
  },
  encode: (input) => binaryOf(new TextEncoder().encode(textOf(input))),
  decoder: (input) => decoderOf(textOf(input)).encoding,
  decode: (input) => {
    const [encoding, binary] = [textOf(member(input, "encoding")), textOf(member(input, "binary"))];
    const fatal = member(input, "fatal") === true;
    const decoder = decoderOf(encoding, { fatal, ignoreBOM: member(input, "ignoreBOM") === true });
    try {
      return decoder.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
    } catch {
      throw new OperationError("TypeError", `The bytes are not ${encoding}.`);
    }
  },
  url: (input) => {
    const base = at(input, 1);
    const text = textOf(at(input, 0), maxUrlChars);
    return partsOf(urlOf(text, base === null ? undefined : textOf(base, maxUrlChars)));
  },
  urlWith: (input) => {
    const url = urlOf(textOf(at(input, 0), maxUrlChars));
    const name = textOf(at(input, 1));
    const value = textOf(at(input, 2), maxUrlChars);
    if (name === "href") return partsOf(urlOf(value));
    if (urlParts.includes(name)) Reflect.set(url, name, value);
    return partsOf(url);
  },
  query: (input) => [...new URLSearchParams(textOf(input, maxUrlChars))],
  queryText: (input) => {
    const pairs: ReadonlyArray<unknown> = Array.isArray(input) ? input : [];
    const texts = pairs.map((pair) => [textOf(at(pair, 0)), textOf(at(pair, 1))]);
    return new URLSearchParams(texts).toString();
  },
  uuid: () => crypto.randomUUID(),
  random: (input) => {
    const size = typeof input === "number" ? input : 0;
    if (size > maxRandomBytes) {
      throw new OperationError("QuotaExceededError", `At most ${maxRandomBytes} bytes at once.`);
    }
    return binaryOf(crypto.getRandomValues(new Uint8Array(size)));
  },
};

/**
 * Does an operation for the code, and gives its result as JSON text: `{ error, value }`, where `error` is null or has the name and the
 * message of what the code throws. `toolNames` are the addresses of the tools, one a line.
 */
export const operate = (operation: string, inputJson: string, toolNames: string): string => {
  try {
    const input: unknown = JSON.parse(inputJson);
    const value =
      operation === "names" ? namesBelow(textOf(input), toolNames) : operations[operation]?.(input);
    return JSON.stringify({ error: null, value: value ?? null });
  } catch (error) {
    const { message, name } = error instanceof Error ? error : new Error("The host failed.");
    return JSON.stringify({ error: { name, message }, value: null });
  }
};

/** Built-in tools that have a shorter name. */
const shorthands = ["search", "describe"];

/** Names one level below a path, each once, in order. */
const namesBelow = (path: string, toolNames: string): ReadonlyArray<string> => {
  if (toolNames === "") return [];
  const prefix = path === "" ? "" : `${path}.`;
  const names = new Set(path === "" ? shorthands : []);
  for (const address of toolNames.split("\n")) {
    if (!address.startsWith(prefix)) continue;
    const end = address.indexOf(".", prefix.length);
    names.add(address.slice(prefix.length, end < 0 ? undefined : end));
  }
  return [...names];
};

const textOf = (value: unknown, limit = maxChars): string => {
  const text = typeof value === "string" ? value : "";
  if (text.length > limit) {
    throw new OperationError(
      "RangeError",
      `The text has ${text.length} characters, and at most ${limit} can be taken at once.`,
    );
  }
  return text;
};

const at = (list: unknown, index: number): unknown => (Array.isArray(list) ? list[index] : null);

const member = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

const decoderOf = (label: string, options?: TextDecoderOptions): TextDecoder => {
  try {
    return new TextDecoder(label, options);
  } catch {
    throw new OperationError("RangeError", `The encoding ${label.slice(0, 50)} is not known.`);
  }
};

const chunk = 8_192;

const binaryOf = (bytes: Uint8Array): string => {
  let binary = "";
  for (let start = 0; start < bytes.length; start += chunk) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunk));
  }
  return binary;
};

const urlOf = (text: string, base?: string): URL => {
  try {
    return new URL(text, base);
  } catch {
    throw new OperationError("TypeError", `Invalid URL: ${text.slice(0, 200)}`);
  }
};

const urlParts: ReadonlyArray<string> = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
];

const partsOf = (url: URL) =>
  Object.fromEntries(urlParts.map((name) => [name, Reflect.get(url, name)]));
