import type { Json } from "@executor/sdk";
import { childrenOf, isObject, jsonText, pointer, type Steps } from "@executor/plugin-kit";

/** Bytes of text that are looked at in one step, strings apart. */
const chunk = 16 * 1024;

/** Values that are counted in one step. */
const chunkValues = 1_000;

const { closeBrace, closeBracket, colon, comma, endOfString, openBrace, openBracket, quote } =
  jsonText;
const decoder = new TextDecoder();

/** An object or a list that the reading is inside of. */
interface Holder {
  /** Names that were read; `undefined` for a list. */
  readonly names: Set<string> | undefined;
  /** The member or the item under way. */
  key: string | number;
  /** Whether the next string is a name. */
  isBeforeName: boolean;
}

/**
 * Tells the places, as JSON pointers, where an object of a JSON text in UTF-8 has a name that it had before. `JSON.parse` takes the
 * last one and says nothing; `value` is what it gave. Names are looked at only where the text has more of them than the value.
 */
export function* tellRepeatedNames(
  source: Uint8Array,
  value: Json,
  tell: (place: string) => void,
): Steps<void> {
  if ((yield* namesInText(source)) > (yield* namesIn(value))) yield* tellAll(source, tell);
}

function* namesInText(source: Uint8Array): Steps<number> {
  let names = 0;
  let nextStep = chunk;
  for (let at = 0; at < source.length; at += 1) {
    const code = source[at];
    if (code === quote) at = endOfString(source, at) - 1;
    else if (code === colon) names += 1;
    if (at >= nextStep) {
      nextStep = at + chunk;
      yield;
    }
  }
  return names;
}

function* namesIn(value: Json): Steps<number> {
  const open = [value];
  let names = 0;
  for (let inner = open.pop(), count = 1; inner !== undefined; inner = open.pop(), count += 1) {
    const children = childrenOf(inner);
    if (isObject(inner)) names += children.length;
    for (const child of children) if (typeof child === "object" && child !== null) open.push(child);
    if (count % chunkValues === 0) yield;
  }
  return names;
}

function* tellAll(source: Uint8Array, tell: (place: string) => void): Steps<void> {
  const open: Array<Holder> = [];
  let inner: Holder | undefined;
  let nextStep = chunk;
  for (let at = 0; at < source.length; at += 1) {
    const code = source[at];
    if (code === quote) {
      const end = endOfString(source, at);
      if (inner?.isBeforeName === true && inner.names !== undefined) {
        const name = nameOf(decoder.decode(source.subarray(at, end)));
        inner.key = name;
        inner.isBeforeName = false;
        if (inner.names.has(name)) tell(pointer(...open.map(({ key }) => key)));
        else inner.names.add(name);
      }
      at = end - 1;
    } else if (code === openBrace || code === openBracket) {
      const isList = code === openBracket;
      inner = isList
        ? { names: undefined, key: 0, isBeforeName: false }
        : { names: new Set(), key: "", isBeforeName: true };
      open.push(inner);
    } else if (code === closeBrace || code === closeBracket) {
      open.pop();
      inner = open.at(-1);
    } else if (code === comma && inner !== undefined) {
      inner.isBeforeName = inner.names !== undefined;
      if (typeof inner.key === "number") inner.key += 1;
    }
    if (at >= nextStep) {
      nextStep = at + chunk;
      yield;
    }
  }
}

const nameOf = (quoted: string): string =>
  quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
