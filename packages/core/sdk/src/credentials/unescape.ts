/** A part of a body: from `start` to before `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A body in which one level of escapes is decoded. */
export interface Unescaped {
  readonly bytes: Uint8Array;
  /** Parts of the original body of which these parts of the decoded one were made, in the same order. */
  readonly originals: (ranges: ReadonlyArray<Range>) => ReadonlyArray<Range>;
}

const backslash = 0x5c;
const percent = 0x25;
const ampersand = 0x26;
const lowerU = 0x75;
const lowerX = 0x78;

/** Bytes that begin an escape of some formats: 1 for each that does. */
export type Introducers = Uint8Array;

const introducedBy = (...bytes: ReadonlyArray<number>): Introducers => {
  const introducers = new Uint8Array(256);
  for (const byte of bytes) introducers[byte] = 1;
  return introducers;
};

/** What begins an escape in each format: `\n`, `%41`, `&amp;`. */
const introducers = [backslash, percent, ampersand];
export const singleFormats = introducers.map((byte) => introducedBy(byte));
export const everyFormat = introducedBy(...introducers);

/** Characters after a backslash in JSON (RFC 8259, section 7), and the quote of other languages, with what they stand for. */
const shortEscapes = new Uint8Array(256);
for (const [escape, character] of ['""', "''", "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]) {
  shortEscapes[escape?.charCodeAt(0) ?? 0] = character?.charCodeAt(0) ?? 0;
}

/** A number for each name of at most four bytes. */
const nameKey = (body: Uint8Array, start: number, end: number): number => {
  let key = 0;
  for (let at = start; at < end; at += 1) key = key * 256 + (body[at] ?? 0);
  return key;
};

/** HTML's entities that are characters of markup, by the keys of their names. */
const entities: ReadonlyMap<number, number> = new Map(
  ["&amp", "'apos", ">gt", "<lt", '"quot'].map((entity) => {
    const bytes = new TextEncoder().encode(entity);
    return [nameKey(bytes, 1, bytes.length), bytes[0] ?? 0] as const;
  }),
);

/** The longest entity that is read: `&#x0010ffff;`. */
const maxEntity = 12;

/**
 * Decodes one level of the escapes of one format, or of all formats in any mixture. An escape that the body's end cuts is
 * left out. Gives `undefined` for a body without escapes, and for one none of whose escapes can matter to someone who looks for
 * `letters` only.
 */
export const unescape = (
  body: Uint8Array,
  letters: Letters,
  isIntroducer: Introducers,
): Unescaped | undefined => {
  const isEscaped = introducers.some((byte) => isIntroducer[byte] === 1 && body.includes(byte));
  if (!isEscaped || !isWorth(body, letters, isIntroducer)) return undefined;
  const bytes = new Uint8Array(body.length);
  let length = 0;
  let at = 0;
  while (at < body.length) {
    const byte = body[at] ?? 0;
    const escape = isIntroducer[byte] === 1 ? readEscape(body, at) : none;
    if (escape === none) {
      bytes[length] = byte;
      length += 1;
      at += 1;
      continue;
    }
    const code = codeOf(escape);
    if (code < 0x80 || isByte(escape)) {
      bytes[length] = code;
      length += 1;
    } else if (code !== nothing) {
      const encoded = encoder.encode(String.fromCodePoint(code));
      bytes.set(encoded, length);
      length += encoded.length;
    }
    at += lengthOf(escape);
  }
  return {
    bytes: bytes.subarray(0, length),
    originals: (ranges) => {
      const sources = sourcesOf(
        body,
        isIntroducer,
        ranges.flatMap(({ start, end }) => [start, end - 1]),
      );
      return ranges.map(({ start, end }) => ({
        start: sources.get(start)?.start ?? body.length,
        // What is left of an escape at the end belongs to what it would have continued.
        end: end === length ? body.length : (sources.get(end - 1)?.end ?? body.length),
      }));
    },
  };
};

/** The characters or escapes that gave these bytes of the decoded body. Found by decoding once more, because few are asked for. */
const sourcesOf = (
  body: Uint8Array,
  isIntroducer: Introducers,
  decoded: ReadonlyArray<number>,
): ReadonlyMap<number, Range> => {
  const asked = Uint32Array.from(decoded).toSorted();
  const sources = new Map<number, Range>();
  let next = 0;
  let length = 0;
  for (let at = 0; next < asked.length && at < body.length;) {
    const escape = isIntroducer[body[at] ?? 0] === 1 ? readEscape(body, at) : none;
    const end = at + (escape === none ? 1 : lengthOf(escape));
    length += escape === none ? 1 : sizeOf(escape);
    for (; (asked[next] ?? Infinity) < length; next += 1) {
      sources.set(asked[next] ?? 0, { start: at, end });
    }
    at = end;
  }
  return sources;
};

const encoder = new TextEncoder();

/** Bytes that matter: 1 for each that does. */
export type Letters = Uint8Array;

/**
 * Whether any escape of a body stands for one of the letters, or for the beginning of another escape. Most bodies have escapes, of
 * line breaks, quotes and separators of queries; few have any that is worth decoding.
 */
const isWorth = (body: Uint8Array, letters: Letters, isIntroducer: Introducers): boolean => {
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (isIntroducer[byte] === 0) continue;
    // Of backslashes in a row, only the last may begin an escape of something else.
    if (byte === backslash && body[at + 1] === backslash && letters[backslash] === 0) continue;
    const escape = readEscape(body, at);
    if (escape === none) continue;
    const code = codeOf(escape);
    if (code === nothing || code > 0x7f || letters[code] === 1 || isNested(body, at, escape)) {
      return true;
    }
  }
  return false;
};

/** Whether an escape stands for the beginning of another one. */
const isNested = (body: Uint8Array, at: number, escape: number): boolean => {
  const code = codeOf(escape);
  const next = body[at + lengthOf(escape)] ?? 0;
  if (code === percent) return isHexadecimal(next) || next === lowerU;
  // `&amp;` is common before names.
  return code === ampersand ? next === 0x23 || everyFormat[next] === 1 : code === backslash;
};

/**
 * An escape as one number, for there may be millions: 5 bits of length, 1 bit whether it is a byte and no character, and the byte,
 * the code point, or `nothing` for the beginning of an escape that the body's end cuts.
 */
const escapeOf = (length: number, code: number, byte: 0 | 1): number =>
  (code << 6) | (byte << 5) | length;
const lengthOf = (escape: number): number => escape & 31;
const isByte = (escape: number): boolean => (escape & 32) !== 0;
const codeOf = (escape: number): number => escape >>> 6;
const nothing = 0x110000;
const none = 0;

/** Bytes that an escape is decoded to. */
const sizeOf = (escape: number): number => {
  const code = codeOf(escape);
  if (code === nothing) return 0;
  return isByte(escape) ? 1 : encoder.encode(String.fromCodePoint(code)).length;
};

const readEscape = (body: Uint8Array, at: number): number => {
  const next = body[at + 1];
  if (next === undefined) return escapeOf(1, nothing, 0);
  if (body[at] === ampersand) return readEntity(body, at);
  if (next === lowerU) return readUnicode(body, at);
  if (body[at] === percent) return readByte(body, at, 1);
  const character = shortEscapes[next] ?? 0;
  if (character !== 0) return escapeOf(2, character, 1);
  return next === lowerX ? readByte(body, at, 2) : none;
};

/** `%41`, or `\x41`. */
const readByte = (body: Uint8Array, at: number, skipped: number): number => {
  const value = hexadecimal(body, at + skipped, 2);
  return value === undefined ? cutOff(body, at, skipped, 2) : escapeOf(skipped + 2, value, 1);
};

/** `\u0041`, or a pair of surrogates. JavaScript's `escape` writes `%u0041`. */
const readUnicode = (body: Uint8Array, at: number): number => {
  const unit = hexadecimal(body, at + 2, 4);
  if (unit === undefined) return cutOff(body, at, 2, 4);
  const isHigh = unit >= 0xd800 && unit <= 0xdbff;
  const isFollowed = isHigh && body[at + 6] === body[at] && body[at + 7] === lowerU;
  const low = (isFollowed ? hexadecimal(body, at + 8, 4) : undefined) ?? 0;
  return low >= 0xdc00 && low <= 0xdfff
    ? escapeOf(12, 0x10000 + ((unit - 0xd800) << 10) + low - 0xdc00, 0)
    : escapeOf(6, unit, 0);
};

const readEntity = (body: Uint8Array, at: number): number => {
  for (let end = at + 1; end < at + maxEntity; end += 1) {
    const byte = body[end];
    if (byte === undefined) return escapeOf(end - at, nothing, 0);
    if (byte === 0x3b) {
      const code = codePointOf(body, at + 1, end);
      return code === undefined ? none : escapeOf(end - at + 1, code, 0);
    }
    const isInName =
      isHexadecimal(byte) || byte === 0x23 || ((byte | 0x20) > 0x60 && (byte | 0x20) < 0x7b);
    if (!isInName) return none;
  }
  return none;
};

/** The character of an entity's name or number. Bodies may hold millions, so that nothing is made of its bytes. */
const codePointOf = (body: Uint8Array, start: number, end: number): number | undefined => {
  if (body[start] !== 0x23) {
    return end - start > 4 ? undefined : entities.get(nameKey(body, start, end));
  }
  const isHex = ((body[start + 1] ?? 0) | 0x20) === lowerX;
  const first = start + (isHex ? 2 : 1);
  let code = 0;
  for (let at = first; at < end; at += 1) {
    const byte = body[at] ?? 0;
    if (isHex ? !isHexadecimal(byte) : byte < 0x30 || byte > 0x39) return undefined;
    code = code * (isHex ? 16 : 10) + (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57);
  }
  return first === end || code > 0x10ffff ? undefined : code;
};

/** An escape that the body's end cuts inside of its digits; `none` for what is no escape. */
const cutOff = (body: Uint8Array, at: number, skipped: number, digits: number): number => {
  const given = body.length - at - skipped;
  const isCut =
    given < digits && (given <= 0 || hexadecimal(body, at + skipped, given) !== undefined);
  return isCut ? escapeOf(body.length - at, nothing, 0) : none;
};

const hexadecimal = (body: Uint8Array, at: number, digits: number): number | undefined => {
  let value = 0;
  for (let index = at; index < at + digits; index += 1) {
    const byte = body[index] ?? 0;
    if (!isHexadecimal(byte)) return undefined;
    value = value * 16 + (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57);
  }
  return value;
};

const isHexadecimal = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
