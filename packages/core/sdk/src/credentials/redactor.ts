import type { Json } from "../model/json.ts";
import { minRedactedChars } from "./credentials.ts";
import type { Credential } from "./credentials.ts";

/** What stands where a credential stood. */
export const redacted = "[redacted]";

/** Takes credentials out of what comes back from a source. */
export interface Redactor {
  readonly text: (text: string) => string;
  /** Names of members too. Gives the value itself where there is nothing to take out, which is found out without copying. */
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

  const isTelling = (given: string): boolean => needles.some((needle) => given.includes(needle));

  const text = (given: string): string =>
    needles.reduce((result, needle) => result.replaceAll(needle, redacted), given);

  const holdsAny = (value: Json | undefined): boolean => {
    if (typeof value === "string") return isTelling(value);
    if (typeof value !== "object" || value === null) return false;
    return isList(value)
      ? value.some(holdsAny)
      : Object.keys(value).some((name) => isTelling(name) || holdsAny(value[name]));
  };

  const clean = (value: Json): Json => {
    if (typeof value === "string") return text(value);
    if (typeof value !== "object" || value === null) return value;
    return isList(value)
      ? value.map(clean)
      : Object.fromEntries(Object.entries(value).map(([name, part]) => [text(name), clean(part)]));
  };

  return needles.length === 0
    ? { text: (given) => given, json: (value) => value }
    : { text, json: (value) => (holdsAny(value) ? clean(value) : value) };
};

const isList = (value: Json): value is ReadonlyArray<Json> => Array.isArray(value);
