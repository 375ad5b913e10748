/** A pattern in RE2's syntax, with a bound for the instructions of its program. */
export interface TranslatedPattern {
  readonly text: string;
  readonly size: number;
}

/** `\s` of ECMA-262 (section 22.2.2.9) and the characters that are not of it, as the inside of a class. */
const space = String.raw`\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;
const notSpace = String.raw`\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`;
const anyCharacter = String.raw`[\x{0}-\x{10ffff}]`;
const noCharacter = String.raw`[^\x{0}-\x{10ffff}]`;

const escape =
  /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|c([A-Za-z])|([pP])\{(?:(?:Script|sc|General_Category|gc)=)?([A-Za-z_]{1,40})\}|0(?!\d)|([bBdDsSwWfnrtv])|([^A-Za-z0-9]))/uy;
const group = /\((?:\?:|\?<[A-Za-z_$][\w$]{0,100}>|(?!\?))/y;
const repeat = /\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/y;

const maxGroups = 100;

/**
 * Translates a pattern of ECMA-262 with the flag `u`, as JSON Schema uses it, to RE2's syntax, where it can be matched in
 * linear time. Gives `undefined` for what RE2 has not (assertions that look around, references back to groups), for what
 * ECMA-262 has not (flags inside the pattern), and for what is wrong. Groups capture nothing, because a check only asks
 * whether there is a match.
 */
export const translatePattern = (pattern: string): TranslatedPattern | undefined => {
  const sizes: Array<number> = [0];
  let text = "";
  let last = 0;
  let inClass = false;
  let at = 0;

  const match = (expression: RegExp): RegExpExecArray | undefined => {
    expression.lastIndex = at;
    const found = expression.exec(pattern);
    if (found !== null) at += found[0].length;
    return found ?? undefined;
  };
  const grow = (size: number): void => {
    sizes.push((sizes.pop() ?? 0) + size);
  };
  const atom = (written: string): void => {
    text += written;
    last = 1;
    if (!inClass) grow(1);
  };

  while (at < pattern.length) {
    const character = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
    if (character === "\\") {
      const found = match(escape);
      if (found === undefined) return undefined;
      atom(translateEscape(found, inClass));
      continue;
    }
    if (character === "(" && !inClass) {
      if (match(group) === undefined || sizes.length > maxGroups) return undefined;
      text += "(?:";
      sizes.push(0);
      continue;
    }
    if (character === "{" && !inClass) {
      const found = match(repeat);
      if (found === undefined) return undefined;
      const [written, from = "", comma, to] = found;
      const most = comma === undefined ? Number(from) : Number(to ?? from) + 1;
      grow(last * most);
      last *= most + 1;
      text += written;
      continue;
    }
    at += character.length;
    if (inClass) {
      if (character === "]") {
        inClass = false;
        grow(1);
      }
      text += character === "[" ? String.raw`\[` : character;
    } else if (character === "[") {
      if (pattern.startsWith("]", at)) {
        at += 1;
        atom(noCharacter);
      } else if (pattern.startsWith("^]", at)) {
        at += 2;
        atom(anyCharacter);
      } else {
        inClass = true;
        text += character;
        last = 1;
      }
    } else if (character === ")") {
      last = (sizes.pop() ?? 0) + 2;
      if (sizes.length === 0) return undefined;
      grow(last);
      text += character;
    } else if (character === ".") atom(String.raw`[^\n\r\x{2028}\x{2029}]`);
    else if (character === "}" || character === "]") return undefined;
    else if ("*+?|".includes(character)) {
      grow(2);
      text += character;
    } else atom(character);
  }
  return inClass || sizes.length !== 1 ? undefined : { text, size: (sizes[0] ?? 0) + 2 };
};

const translateEscape = (found: RegExpExecArray, inClass: boolean): string => {
  const [written, point, high, low, unit, byte, control, property, name, letter, mark] = found;
  if (high !== undefined && low !== undefined) {
    const pair = String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16));
    return hex(pair.codePointAt(0) ?? 0);
  }
  const number = point ?? unit ?? byte;
  if (number !== undefined) return hex(Number.parseInt(number, 16));
  if (control !== undefined) return hex((control.codePointAt(0) ?? 0) % 32);
  if (property !== undefined) return `\\${property}{${name ?? ""}}`;
  if (mark !== undefined) return mark === "/" ? "/" : written;
  if (letter === "s") return inClass ? space : `[${space}]`;
  if (letter === "S") return inClass ? notSpace : `[^${space}]`;
  if (letter === "b" && inClass) return hex(8);
  return letter === undefined ? hex(0) : written;
};

const hex = (point: number): string => String.raw`\x{${point.toString(16)}}`;
