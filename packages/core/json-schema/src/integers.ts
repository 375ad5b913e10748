import type { Json } from "./json.ts";

/**
 * Places in a value: `true` is the value itself, a map the places in its members or items. Something stands there as text, in
 * digits, and means an integer.
 */
export type IntegerPlaces = true | ReadonlyMap<string | number, IntegerPlaces>;

/** Digits of an integer that a check still reads: more than any number of JavaScript has. */
const maxDigits = 1_000;

const largestSafe = String(Number.MAX_SAFE_INTEGER);

/**
 * Whether a text is an integer, as JSON writes it, that lies beyond ±(2^53 - 1), where numbers of JavaScript are not exact. Such
 * integers travel as text in their digits.
 *
 * ```ts
 * import { isBigInteger } from "@executor/json-schema";
 *
 * isBigInteger("9007199254740991"); // => false
 * isBigInteger("-9007199254740992"); // => true
 * isBigInteger("9007199254740992.0"); // => false
 * ```
 */
export const isBigInteger = (text: string): boolean => {
  if (text.length < largestSafe.length || !/^-?[1-9]\d*$/.test(text)) return false;
  const digits = text.startsWith("-") ? text.slice(1) : text;
  return digits.length === largestSafe.length
    ? digits > largestSafe
    : digits.length > largestSafe.length;
};

/** A text in digits that a check may take for an integer. */
export const mayBeInteger = (value: Json): value is string =>
  typeof value === "string" && value.length <= maxDigits && isBigInteger(value);

/** JSON with values of another type in it. */
export type JsonWith<A> =
  | A
  | null
  | boolean
  | number
  | string
  | ReadonlyArray<JsonWith<A>>
  | JsonObjectWith<A>;

interface JsonObjectWith<A> {
  readonly [key: string]: JsonWith<A>;
}

const isList = <A>(value: JsonWith<A>): value is ReadonlyArray<JsonWith<A>> => Array.isArray(value);

const isMembers = <A>(value: JsonWith<A>): value is JsonObjectWith<A> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy of the value in which `make` has replaced the digits at these places. Everything else is shared with the value. */
export const replaceIntegers = <A>(
  value: JsonWith<A>,
  places: IntegerPlaces | undefined,
  make: (digits: string) => A,
): JsonWith<A> => {
  if (places === undefined) return value;
  if (places === true) return typeof value === "string" ? make(value) : value;
  const item = (key: string | number, below: JsonWith<A>): JsonWith<A> =>
    places.has(key) ? replaceIntegers(below, places.get(key), make) : below;
  if (isList(value)) return value.map((below, index) => item(index, below));
  return isMembers(value)
    ? Object.fromEntries(Object.entries(value).map(([key, below]) => [key, item(key, below)]))
    : value;
};

/** A growing set of places. */
export class Places {
  readonly #below = new Map<string | number, Places>();
  #isHere = false;

  /** Whether the place was not in the set before. */
  add(path: ReadonlyArray<string | number>): boolean {
    const place = this.#find(path);
    const isNew = !place.#isHere;
    place.#isHere = true;
    return isNew;
  }

  delete(path: ReadonlyArray<string | number>): void {
    this.#find(path).#isHere = false;
  }

  has(path: ReadonlyArray<string | number>): boolean {
    return this.#find(path).#isHere;
  }

  /** `undefined` if there is none. */
  all(): IntegerPlaces | undefined {
    if (this.#isHere) return true;
    const below = new Map<string | number, IntegerPlaces>();
    for (const [key, places] of this.#below) {
      const all = places.all();
      if (all !== undefined) below.set(key, all);
    }
    return below.size === 0 ? undefined : below;
  }

  #find([key, ...rest]: ReadonlyArray<string | number>): Places {
    if (key === undefined) return this;
    const below = this.#below.get(key) ?? new Places();
    this.#below.set(key, below);
    return below.#find(rest);
  }
}
