import { isJsonObject, type Json, type JsonObject } from "../../model/json.ts";

/** Longest name of a member that a place spells out, and the length from which a place no longer spells out any. */
const maxSpelledName = 100;
const maxSpelled = 600;

/** Longest place. What is nested more deeply has none. */
export const maxPlace = 2_000;

export const isList = (value: Json | undefined): value is ReadonlyArray<Json> =>
  Array.isArray(value);

/** A member of an object or an item of a list; an item's name is its index. */
export interface Part {
  readonly name: string;
  readonly value: Json;
  /** JSON pointer of the part in its document; `undefined` where it would be too long. */
  readonly place: string | undefined;
}

/**
 * The parts of an object or a list from the one at the index `from` on, in their order. A place is a JSON pointer (RFC 6901) in
 * the form of a URI fragment. A long name in it is replaced by `~i` and the position of the member, which no pointer means otherwise.
 */
export function* partsOf(value: Json, place: string, from = 0): Generator<Part> {
  if (isList(value)) {
    for (let index = from; index < value.length; index += 1) {
      yield part(String(index), value[index] ?? null, place, index);
    }
  } else if (isJsonObject(value)) {
    const names = Object.keys(value);
    for (let index = from; index < names.length; index += 1) {
      const name = names[index] ?? "";
      yield part(name, value[name] ?? null, place, index);
    }
  }
}

const part = (name: string, value: Json, parent: string, index: number): Part => {
  const isSpelled = name.length <= maxSpelledName && parent.length <= maxSpelled;
  const place = `${parent}/${isSpelled ? encode(name) : `~i${index}`}`;
  return { name, value, place: place.length <= maxPlace ? place : undefined };
};

/** Number of the parts of an object or a list, of the characters of a text, and 0 for other values. */
export const lengthOf = (value: Json): number => {
  if (typeof value === "string" || isList(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : 0;
};

/** The value at a place of a document; `undefined` where there is none. */
export const valueAt = (document: JsonObject, place: string): Json | undefined => {
  const [start, ...segments] = place.split("/");
  if (start !== "#" && start !== "") return undefined;
  let value: Json | undefined = document;
  for (const segment of segments) {
    value = value === undefined ? undefined : child(value, segment);
  }
  return value;
};

const child = (value: Json, segment: string): Json | undefined => {
  if (isList(value)) return /^(~i)?\d+$/.test(segment) ? value[indexIn(segment)] : undefined;
  const name = isJsonObject(value) ? nameIn(value, segment) : undefined;
  return name === undefined || !isJsonObject(value) ? undefined : value[name];
};

const indexIn = (segment: string): number => Number(segment.replace("~i", ""));

/** The name of the member that a segment of a place means; `undefined` if the object has none. */
export const nameIn = (value: JsonObject, segment: string): string | undefined => {
  const name = /^~i\d+$/.test(segment)
    ? Object.keys(value)[indexIn(segment)]
    : memberName(value, segment);
  return name !== undefined && Object.hasOwn(value, name) ? name : undefined;
};

/** Callers write names in a fragment with and without percent-encoding. */
const memberName = (value: JsonObject, segment: string): string => {
  const plain = unescaped(segment);
  if (Object.hasOwn(value, plain)) return plain;
  try {
    return unescaped(decodeURIComponent(segment));
  } catch {
    return plain;
  }
};

const unescaped = (segment: string): string => segment.replaceAll("~1", "/").replaceAll("~0", "~");

const encode = (name: string): string =>
  name.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("%", "%25");
