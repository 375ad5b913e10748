import type { Json, JsonObject } from "../json.ts";
import { minRedactedChars } from "./credentials.ts";
import type { Credential } from "./credentials.ts";

/** What stands where a credential stood. */
export const redacted = "[redacted]";

/** Takes credentials out of what comes back from a source. */
export interface Redactor {
  readonly text: (text: string) => string;
  /** Names of members too. Gives the value itself where there is nothing to take out. */
  readonly json: (value: Json) => Json;
}

/**
 * Takes out values of eight characters and more, wherever they stand exactly as they were sent, or as JSON writes them in a
 * text. A value that the upstream changed, such as by encoding it or taking it apart, is not recognised.
 */
export const makeRedactor = (credentials: ReadonlyArray<Credential>): Redactor => {
  const values = credentials
    .flatMap(({ whole, part }) => [whole, part])
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .filter((value) => value.length >= minRedactedChars);
  const needles = [...new Set(values)].toSorted((left, right) => right.length - left.length);

  const text = (given: string): string => {
    let result = given;
    for (const needle of needles) {
      if (result.includes(needle)) result = result.replaceAll(needle, redacted);
    }
    return result;
  };

  const json = (value: Json): Json => {
    if (typeof value === "string") return text(value);
    if (typeof value !== "object" || value === null) return value;
    return isList(value) ? list(value) : object(value);
  };

  const list = (items: ReadonlyArray<Json>): Json => {
    const next = items.map(json);
    return next.some((item, index) => item !== items[index]) ? next : items;
  };

  const object = (members: JsonObject): Json => {
    const given = Object.entries(members);
    const clean = given.map(([name, value]): Entry => [text(name), json(value)]);
    return clean.every((entry, index) => isSame(entry, given[index]))
      ? members
      : Object.fromEntries(clean);
  };

  return needles.length === 0 ? { text: (given) => given, json: (value) => value } : { text, json };
};

type Entry = readonly [string, Json];

const isSame = (entry: Entry, other: Entry | undefined): boolean =>
  entry[0] === other?.[0] && entry[1] === other[1];

const isList = (value: Json): value is ReadonlyArray<Json> => Array.isArray(value);
