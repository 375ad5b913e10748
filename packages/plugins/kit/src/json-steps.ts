import type { Json } from "@executor/sdk";
import { Either } from "effect";
import {
  closeBrace,
  closeBracket,
  comma,
  endOfString,
  isBlank,
  isSpace,
  openBrace,
  openBracket,
  quote,
  skipSpace,
} from "./json-text.ts";
import { fromEntries, isArray, isObject, readJson } from "./json-values.ts";
import type { Steps } from "./steps.ts";

/** Bytes of text that are parsed without a step between: about a millisecond. */
const defaultPieceBytes = 64 * 1024;

/** Levels of nesting, more than any valid description has. Deeper text is parsed in one piece. */
const maxLevels = 512;

type Parsed = Either.Either<Json, string>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Parses JSON text, or its bytes in UTF-8, as `JSON.parse` does, but in steps: long objects and lists are taken apart into runs of members, each of which
 * `parse` reads. Gives what `parse` gives for the whole text; the left side is its message. Of bytes, no whole text is made.
 */
export function* readJsonInSteps(
  source: string | Uint8Array,
  parse: (piece: string) => Parsed = readJson,
  pieceBytes = defaultPieceBytes,
): Steps<Parsed> {
  const parseWhole = () => parse(typeof source === "string" ? source : decoder.decode(source));
  if (source.length <= pieceBytes) return parseWhole();
  const bytes = typeof source === "string" ? encoder.encode(source) : source;
  const value = yield* readPieces(bytes, parse, pieceBytes);
  // What is wrong with a text that cannot be taken apart, the parser itself tells best.
  return value === undefined ? parseWhole() : Either.right(value);
}

/** An object or a list that the reading is inside of. */
interface Container {
  readonly isList: boolean;
  /** Where its bracket is. */
  readonly start: number;
  /** Where the members begin that are not parsed yet, and where the member under way begins. */
  run: number;
  member: number;
  readonly entries: Array<readonly [string, Json]>;
  readonly items: Array<Json>;
  /** Whether members of it were parsed. If not, it is still a part of its parent's text. */
  isTakenApart: boolean;
  /** Whether it may end where nothing is left to parse: not after a comma. */
  mayEnd: boolean;
}

/** The value; `undefined` for text that is broken, or nested too deeply. */
function* readPieces(
  source: Uint8Array,
  parse: (piece: string) => Parsed,
  pieceBytes: number,
): Steps<Json | undefined> {
  const stack: Array<Container> = [];
  let nextStep = pieceBytes;
  for (let at = 0; at < source.length; at += 1) {
    const code = source[at];
    if (code === quote) {
      at = endOfString(source, at) - 1;
    } else if (code === openBrace || code === openBracket) {
      if (stack.length === maxLevels) return undefined;
      stack.push(container(code === openBracket, at));
    } else if (code === comma) {
      const inner = stack.at(-1);
      if (inner === undefined) return undefined;
      inner.member = at + 1;
      if (at - inner.run > pieceBytes && !addRun(inner, source, at, parse)) return undefined;
    } else if (code === closeBrace || code === closeBracket) {
      const inner = stack.pop();
      if (inner === undefined || inner.isList !== (code === closeBracket)) return undefined;
      const outer = stack.at(-1);
      if (outer === undefined || inner.isTakenApart) {
        const isEmpty = inner.mayEnd && isBlank(source, inner.run, at);
        if (!isEmpty && !addRun(inner, source, at, parse)) return undefined;
        if (outer === undefined) {
          return isBlank(source, at + 1, source.length) ? valueOf(inner) : undefined;
        }
        const end = addMember(outer, source, inner, at, parse);
        if (end === undefined) return undefined;
        at = end;
      }
    } else if (stack.length === 0 && !isSpace(code)) {
      return undefined;
    }
    if (at >= nextStep) {
      nextStep = at + pieceBytes;
      yield;
    }
  }
  return undefined;
}

const container = (isList: boolean, start: number): Container => ({
  isList,
  start,
  run: start + 1,
  member: start + 1,
  entries: [],
  items: [],
  isTakenApart: false,
  mayEnd: true,
});

const valueOf = ({ isList, items, entries }: Container): Json =>
  isList ? items : fromEntries(entries);

/** Parses and adds the members up to the comma or bracket at `end`; `false` where they are broken. */
const addRun = (
  target: Container,
  source: Uint8Array,
  end: number,
  parse: (piece: string) => Parsed,
): boolean => {
  if (isBlank(source, target.run, end)) return false;
  const text = decoder.decode(source.subarray(target.run, end));
  target.run = end + 1;
  target.isTakenApart = true;
  target.mayEnd = false;
  const parsed = parse(target.isList ? `[${text}]` : `{${text}}`);
  if (Either.isLeft(parsed)) return false;
  if (target.isList && isArray(parsed.right)) {
    for (const item of parsed.right) target.items.push(item);
  } else if (isObject(parsed.right)) {
    for (const entry of Object.entries(parsed.right)) target.entries.push(entry);
  }
  return true;
};

/**
 * Adds the member under way, whose value `inner` ends at `last`, and the members before it. Gives the place that the reading goes on
 * behind; `undefined` where they are broken.
 */
const addMember = (
  target: Container,
  source: Uint8Array,
  inner: Container,
  last: number,
  parse: (piece: string) => Parsed,
): number | undefined => {
  const { member } = target;
  if (member > target.run && !addRun(target, source, member - 1, parse)) return undefined;
  if (target.isList) {
    if (!isBlank(source, member, inner.start)) return undefined;
    target.items.push(valueOf(inner));
  } else {
    // The key is read with an empty value, so that the parser checks what stands between.
    const key = parse(`{${decoder.decode(source.subarray(member, inner.start))}0}`);
    const [entry] = Either.isRight(key) && isObject(key.right) ? Object.keys(key.right) : [];
    if (entry === undefined) return undefined;
    target.entries.push([entry, valueOf(inner)]);
  }
  const next = skipSpace(source, last + 1);
  const code = source[next];
  if (code !== comma && code !== closeBrace && code !== closeBracket) return undefined;
  target.isTakenApart = true;
  target.mayEnd = code !== comma;
  target.run = target.mayEnd ? next : next + 1;
  target.member = target.run;
  return target.mayEnd ? next - 1 : next;
};
