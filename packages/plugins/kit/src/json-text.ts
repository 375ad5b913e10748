export const quote = 0x22;
export const comma = 0x2c;
export const colon = 0x3a;
const backslash = 0x5c;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;

/** The place after the string of a JSON text that begins at `start`; the end of the text for one without an end. */
export const endOfString = (source: Uint8Array, start: number): number => {
  let at = start;
  for (;;) {
    at = source.indexOf(quote, at + 1);
    if (at === -1) return source.length;
    let backslashes = 0;
    while (source[at - 1 - backslashes] === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
};

export const skipSpace = (source: Uint8Array, start: number): number => {
  let at = start;
  while (isSpace(source[at])) at += 1;
  return at;
};

export const isBlank = (source: Uint8Array, start: number, end: number): boolean =>
  skipSpace(source, start) >= end;

/** White space of JSON (RFC 8259, section 2). */
export const isSpace = (code: number | undefined): boolean =>
  code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
