import { type IntegerPlaces, isBigInteger, replaceIntegers } from "@executor/json-schema";
import { Either, Schema } from "effect";
import { Json, type JsonObject } from "./json.ts";
import { isTooDeep, maxJsonLevels, tooDeep } from "./json-depth.ts";

export { isBigInteger, type IntegerPlaces };

declare global {
  interface JSON {
    /** A value that `JSON.stringify` writes as this text (ECMA-262, "JSON.rawJSON"). */
    rawJSON(text: string): Readonly<Record<"rawJSON", string>>;
  }
}

/** Digits of the smallest integer that numbers of JavaScript do not hold exactly. */
const minDigits = String(Number.MAX_SAFE_INTEGER).length;

/**
 * Value of a JSON text that strangers wrote, in which every integer beyond ±(2^53 - 1) is text in its digits: a number of JavaScript
 * would be another one. The left side is the parser's message, or says that the value is nested too deeply.
 *
 * ```ts
 * import { readExactJson } from "@executor/sdk/schemas";
 * import { Either } from "effect";
 *
 * const read = readExactJson('{"id":9007199254740993,"price":1.5}');
 * Either.getOrThrow(read); // => { id: "9007199254740993", price: 1.5 }
 * ```
 */
export const readExactJson = (text: string): Either.Either<Json, string> =>
  readDeepJson(text).pipe(
    // Each level takes two characters.
    Either.filterOrLeft(
      (value) => text.length <= 2 * maxJsonLevels || !isTooDeep(value),
      () => tooDeep,
    ),
  );

/** {@link readExactJson} at any depth, for readers that leave out what is too deep and keep the rest. */
export const readDeepJson = (text: string): Either.Either<Json, string> =>
  Either.orElse(parse(quoteIntegers(text)), () => parse(text));

const parse = (text: string): Either.Either<Json, string> =>
  Either.try({
    try: (): unknown => JSON.parse(text),
    catch: (error) => (error instanceof Error ? error.message : String(error)),
  }).pipe(Either.filterOrLeft(isJson, () => "There is no value."));

const isJson = Schema.is(Json);

/** Value for `JSON.stringify` that is the given one, but for the digits at these places: they are written as integers. */
export const withIntegers = (value: Json, places: IntegerPlaces | undefined): Json =>
  replaceIntegers<JsonObject>(value, places, (digits) => JSON.rawJSON(digits));

/** JSON text of a value, with integers in place of the digits at these places. */
export const writeExactJson = (value: Json, places: IntegerPlaces | undefined): string =>
  JSON.stringify(withIntegers(value, places));

/** Places in a member or an item of a value. */
export const placesIn = (
  places: IntegerPlaces | undefined,
  key: string | number,
): IntegerPlaces | undefined => (places === true ? undefined : places?.get(key));

/**
 * JSON text with quotes around every integer beyond ±(2^53 - 1), in time linear in its length. Text that is not JSON does not
 * become JSON. Nearly all texts have none: one character in sixteen is looked at to know.
 */
export const quoteIntegers = (text: string): string => {
  if (nextRun(text, 0, text.length) === undefined) return text;
  const parts: Array<string> = [];
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const gap = quote === -1 ? text.length : quote;
    for (let run = nextRun(text, at, gap); run !== undefined; run = nextRun(text, run.end, gap)) {
      const { start, end } = run;
      if (!isBigInteger(text.slice(start, end)) || isName(text, end)) continue;
      parts.push(text.slice(copied, start), `"${text.slice(start, end)}"`);
      copied = end;
    }
    at = quote === -1 ? text.length : endOfString(text, quote);
  }
  if (parts.length === 0) return text;
  parts.push(text.slice(copied));
  return parts.join("");
};

interface DigitRun {
  readonly start: number;
  readonly end: number;
}

/** The next integer of 16 digits or more, with its sign, between two places of a text. A string's content may look like one. */
const nextRun = (text: string, from: number, to: number): DigitRun | undefined => {
  for (let probe = from + minDigits - 1; probe < to; probe += minDigits) {
    if (!isDigit(text.charCodeAt(probe))) continue;
    let start = probe;
    while (start > from && isDigit(text.charCodeAt(start - 1))) start -= 1;
    let end = probe + 1;
    while (end < to && isDigit(text.charCodeAt(end))) end += 1;
    if (end - start >= minDigits) {
      if (text.charCodeAt(start - 1) === minus) start -= 1;
      if (isBoundary(text, start - 1) && isBoundary(text, end)) return { start, end };
    }
    // The next run has its sixteenth digit here at the earliest.
    probe = end - 1;
  }
  return undefined;
};

const minus = 0x2d;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Whether a number may begin after this place, or end before it: at white space, `,`, `:`, `[`, `]`, `}` and the text's ends. */
const isBoundary = (text: string, at: number): boolean =>
  at < 0 || at >= text.length || boundaries.has(text.charCodeAt(at));

const boundaries = new Set(Array.from(" \t\n\r,:[]}", (character) => character.charCodeAt(0)));

/** Whether what ends here is in the place of a member's name: then the text is not JSON, and quotes would make it so. */
const isName = (text: string, end: number): boolean => {
  let at = end;
  while (at < text.length && " \t\n\r".includes(text.charAt(at))) at += 1;
  return text.charAt(at) === ":";
};

/** The place after a string that begins here. */
const endOfString = (text: string, start: number): number => {
  for (
    let quote = text.indexOf('"', start + 1);
    quote !== -1;
    quote = text.indexOf('"', quote + 1)
  ) {
    let slashes = quote;
    while (text.charAt(slashes - 1) === "\\") slashes -= 1;
    if ((quote - slashes) % 2 === 0) return quote + 1;
  }
  return text.length;
};
