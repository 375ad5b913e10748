import { Effect, Either } from "effect";
import { readExactJson } from "../model/exact-integers.ts";
import { isJsonObject } from "../model/json.ts";
import type { Json, JsonObject } from "../model/json.ts";
import { makeByteSearch } from "./byte-search.ts";
import type { Found, Needle } from "./byte-search.ts";
import { spellingsOf, utf16 } from "./spellings.ts";
import type { Credential } from "./spellings.ts";
import { everyFormat, singleFormats, unescape } from "./unescape.ts";
import type { Introducers, Letters, Range, Unescaped } from "./unescape.ts";

/**
 * Shorter values are not searched for in texts, where they also stand by chance. The same goes for literal headers and
 * variables whose names do not suggest a credential, such as a version or a media type.
 */
export const minRedactedChars = 8;

/** Text that replaces a credential. */
export const redacted = "[redacted]";

/** Removes credentials from what a source returns. Each gives the value itself where it holds none, without copying it. */
export interface Redactor {
  /**
   * A body as it came, before it is decoded, parsed or cut, with credentials replaced: also those of which its start or its end
   * shows more than four characters. A body that was JSON stays JSON.
   */
  readonly bytes: (body: Uint8Array) => Uint8Array;
  /** Whether a body holds a whole credential. */
  readonly holds: (body: Uint8Array) => boolean;
  readonly text: (text: string) => string;
  /** In names of members, too. */
  readonly json: (value: Json) => Json;
  readonly object: (value: JsonObject) => JsonObject;
  /** Defects are logged. */
  readonly defects: <A, E, R>(use: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>;
}

/** Encodings of encodings that are undone: JSON in a text in JSON, and that in a text again. */
const maxLevels = 4;

const encoder = new TextEncoder();
/** A byte order mark in a text is a part of it. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const marks = {
  "utf-8": encoder.encode(redacted),
  "utf-16le": utf16(redacted, true),
  "utf-16be": utf16(redacted, false),
} satisfies Record<Needle["encoding"], Uint8Array>;

/**
 * Removes values of eight characters and more, written in UTF-8, UTF-16, Base64 or hexadecimal, and with any of their characters
 * escaped as JSON, URLs and HTML do, up to four levels deep. A value that the upstream changed in another way, for example by
 * compressing it, reversing it or taking it apart, is not recognized. The cost is linear in what is searched.
 */
export const makeRedactor = (credentials: ReadonlyArray<Credential>): Redactor => {
  const needles = spellingsOf(credentials, minRedactedChars);
  if (needles.length === 0) return unchanged;
  const search = makeByteSearch(needles);
  const letters = lettersOf(needles);
  // A percent sign in a value begins no escape where the text has only escapes of another format.
  const singles = everyFormat.some((introduces, byte) => introduces === 1 && letters[byte] === 1)
    ? singleFormats
    : [];
  const isAscii = needles.every(({ bytes }) => bytes.every((byte) => byte < 0x80));
  const mayBeNumber = credentials.some(({ part }) => /^-?[\d.]+$/.test(part));

  const find = (body: Uint8Array, isWhole: boolean): ReadonlyArray<Found> => {
    const searched = (bytes: Uint8Array) =>
      isWhole ? [...search.all(bytes), ...search.edges(bytes)] : search.all(bytes);
    const found = searched(body);
    /** Decodes one more level and searches it. */
    const decode = (
      levels: ReadonlyArray<Unescaped>,
      format: Introducers,
    ): ReadonlyArray<Unescaped> | undefined => {
      if (levels.length === maxLevels) return undefined;
      const unescaped = unescape(levels.at(-1)?.bytes ?? body, letters, format);
      if (unescaped === undefined) return undefined;
      const next = [...levels, unescaped];
      const inside = searched(unescaped.bytes);
      const ranges = next.reduceRight<ReadonlyArray<Range>>(
        (places, { originals }) => originals(places),
        inside,
      );
      for (const [index, { needle }] of inside.entries()) {
        const range = ranges[index];
        if (range !== undefined) found.push({ ...range, needle });
      }
      return next;
    };
    let levels = decode([], everyFormat);
    while (levels !== undefined) levels = decode(levels, everyFormat);
    for (const single of singles) {
      levels = decode([], single);
      while (levels !== undefined) {
        for (const other of singles) if (other !== single) decode(levels, other);
        levels = decode(levels, single);
      }
    }
    return merge(found);
  };

  const bytes = (body: Uint8Array): Uint8Array => {
    const found = find(body, true);
    if (found.length === 0) return body;
    const replaced = replace(body, found);
    if (parse(replaced) !== undefined) return replaced;
    const value = parse(body);
    return value === undefined ? replaced : encoder.encode(JSON.stringify(clean(value)));
  };

  const findIn = (given: string): ReadonlyArray<Found> => {
    if (given.length < minRedactedChars) return [];
    const mayHold = !isAscii || search.mayHold(given) || /[\\%&]/.test(given);
    return mayHold ? find(encoder.encode(given), false) : [];
  };

  const text = (given: string): string => {
    const found = findIn(given);
    return found.length === 0 ? given : decoder.decode(replace(encoder.encode(given), found));
  };

  const holdsAny = (value: Json | undefined): boolean => {
    if (typeof value === "string") return findIn(value).length > 0;
    if (isJsonObject(value)) {
      return Object.keys(value).some((name) => findIn(name).length > 0 || holdsAny(value[name]));
    }
    if (typeof value === "number") return mayBeNumber && findIn(String(value)).length > 0;
    return isList(value) && value.some(holdsAny);
  };

  const clean = (value: Json): Json => {
    if (typeof value === "string") return text(value);
    if (isJsonObject(value)) return cleanObject(value);
    if (isList(value)) return value.map(clean);
    return typeof value === "number" && holdsAny(value) ? text(String(value)) : value;
  };

  const cleanObject = (value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([name, part]) => [text(name), clean(part)]));

  return {
    bytes,
    holds: (body) => find(body, false).length > 0,
    text,
    json: (value) => (holdsAny(value) ? clean(value) : value),
    object: (value) => (holdsAny(value) ? cleanObject(value) : value),
    defects: (use) => Effect.catchAllDefect(use, (defect) => Effect.die(cleanDefect(defect, text))),
  };
};

/** Bytes of all needles that edges cut: those that say no more than others are left out. */
const lettersOf = (needles: ReadonlyArray<Needle>): Letters => {
  const letters = new Uint8Array(256);
  for (const { bytes, edge } of needles) {
    if (edge < Infinity) for (const byte of bytes) letters[byte] = 1;
  }
  return letters;
};

/** Redactor of a source without credentials. */
export const unchanged: Redactor = {
  bytes: (body) => body,
  holds: () => false,
  text: (text) => text,
  json: (value) => value,
  object: (value) => value,
  defects: (use) => use,
};

const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value);

/** From left to right; those that overlap become one. */
const merge = (found: ReadonlyArray<Found>): ReadonlyArray<Found> => {
  const merged: Array<Found> = [];
  for (const one of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last === undefined || one.start >= last.end) merged.push(one);
    else if (one.end > last.end) merged.splice(-1, 1, { ...last, end: one.end });
  }
  return merged;
};

const replace = (body: Uint8Array, found: ReadonlyArray<Found>): Uint8Array => {
  const growth = found.reduce(
    (sum, { start, end, needle }) => sum + marks[needle.encoding].length - (end - start),
    0,
  );
  const result = new Uint8Array(body.length + growth);
  let read = 0;
  let written = 0;
  for (const { start, end, needle } of found) {
    result.set(body.subarray(read, start), written);
    written += start - read;
    result.set(marks[needle.encoding], written);
    written += marks[needle.encoding].length;
    read = end;
  }
  result.set(body.subarray(read), written);
  return result;
};

const parse = (body: Uint8Array): Json | undefined =>
  Either.getOrUndefined(readExactJson(decoder.decode(body)));

const cleanDefect = (defect: unknown, redact: (text: string) => string): unknown => {
  const isError = defect instanceof Error;
  const shown = isError ? (defect.stack ?? defect.message) : String(defect);
  const clean = redact(shown);
  if (clean === shown && !(isError && defect.cause !== undefined)) return defect;
  const error = new Error(redact(isError ? defect.message : shown));
  error.stack = clean;
  return error;
};
