import { window } from "./byte-search.ts";
import type { Needle } from "./byte-search.ts";
import { everyFormat, unescape } from "./unescape.ts";

/** A value that must neither reach another place than its source's own, nor come back from there and be shown. */
export interface Credential {
  /** As it is sent. */
  readonly whole: string;
  /** Without a prefix such as `Bearer `. */
  readonly part: string;
}

/** Characters of a value that may be left where a body's edge cuts it. */
const leftChars = 4;

const encoder = new TextEncoder();

/**
 * The bytes that show a credential: its text in UTF-8 and UTF-16, in Base64 at each place that it can have among other bytes, and
 * in hexadecimal. Escapes are not among them: bodies are searched in their unescaped forms, too.
 */
export const spellingsOf = (
  credentials: ReadonlyArray<Credential>,
  minChars: number,
): ReadonlyArray<Needle> => {
  const needles = new Map<string, Needle>();
  const add = (bytes: Uint8Array, edge: number, encoding: Needle["encoding"] = "utf-8"): void => {
    const key = bytes.join();
    const known = needles.get(key);
    if (bytes.length < window || (known !== undefined && known.edge <= edge)) return;
    needles.set(key, { bytes, edge, encoding });
  };

  for (const { whole, part } of credentials) {
    const parts = partsOf(whole, part).filter((value) => value.length >= minChars);
    if (whole.length >= minChars) {
      for (const { bytes, encoding } of texts(whole)) add(bytes, Infinity, encoding);
    }
    for (const value of parts) {
      for (const { bytes, encoding, width } of texts(value)) {
        add(bytes, width * (leftChars + 1), encoding);
      }
      const bytes = encoder.encode(value);
      for (const text of base64s(bytes)) add(encoder.encode(text), Math.ceil((leftChars * 8) / 6));
      const hex = bytes.toHex();
      for (const text of [hex, hex.toUpperCase()]) add(encoder.encode(text), 2 * (leftChars + 1));
    }
  }
  return [...needles.values()];
};

/** Passwords by which services say that the user name is the key. */
const noPasswords: ReadonlySet<string> = new Set(["api_token", "x-oauth-basic"]);

/**
 * What a server may take out of a value: the value without its scheme, each cookie's value, and of Basic authentication (RFC
 * 7617) the password; the user name, too, where it is the key.
 */
const partsOf = (whole: string, part: string): ReadonlyArray<string> => {
  const cookies = /^[^=;\s]+=[^;]+(; *[^=;\s]+=[^;]*)*$/.test(part)
    ? part.split(/; */).map((pair) => pair.replace(/^[^=]*=/, ""))
    : [];
  const pair = /^basic /i.test(whole) ? decodeBase64(part) : undefined;
  const [, user = "", password = ""] = /^([^:]*):(.*)$/s.exec(pair ?? "") ?? [];
  const isKey = password.length < 8 || noPasswords.has(password);
  return [part, ...cookies, ...(pair === undefined ? [] : [pair, isKey ? user : password])];
};

const decodeBase64 = (text: string): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(text));
  } catch {
    return undefined;
  }
};

const maxLevels = 3;
const allLetters = new Uint8Array(256).fill(1);

/** The value in each encoding of texts, and as it looks where an unescaping reader took its own characters for escapes. */
function* texts(value: string) {
  let bytes: Uint8Array | undefined = encoder.encode(value);
  for (let level = 0; level <= maxLevels && bytes !== undefined; level += 1) {
    yield { bytes, encoding: "utf-8", width: 1 } as const;
    bytes = unescape(bytes, allLetters, everyFormat)?.bytes;
  }
  if (value.includes(" ")) {
    yield {
      bytes: encoder.encode(value.replaceAll(" ", "+")),
      encoding: "utf-8",
      width: 1,
    } as const;
  }
  yield { bytes: utf16(value, true), encoding: "utf-16le", width: 2 } as const;
  yield { bytes: utf16(value, false), encoding: "utf-16be", width: 2 } as const;
}

/** Text in UTF-16, without a byte order mark. */
export const utf16 = (text: string, littleEndian: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at += 1) {
    view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
  }
  return new Uint8Array(view.buffer);
};

/** The characters of Base64 that depend on the value alone, for each of its three places among other bytes, in both alphabets. */
const base64s = (bytes: Uint8Array): ReadonlyArray<string> =>
  [0, 1, 2].flatMap((before) => {
    const among = new Uint8Array(before + bytes.length);
    among.set(bytes, before);
    const first = Math.ceil((before * 8) / 6);
    const end = Math.floor((among.length * 8) / 6);
    return (["base64", "base64url"] as const).map((alphabet) =>
      among.toBase64({ alphabet, omitPadding: true }).slice(first, end),
    );
  });
