import { Effect } from "effect";
import { isJsonObject } from "../model/json.ts";
import type { Json, JsonObject } from "../model/json.ts";

/** A value that must neither reach another place than its source's own, nor come back from there and be shown. */
export interface Credential {
  /** As it is sent. */
  readonly whole: string;
  /** Without a prefix such as `Bearer `. */
  readonly part: string;
}

/**
 * Shorter values are not searched for in texts, where they also stand by chance. The same goes for literal headers and
 * variables whose names do not suggest a credential, such as a version or a media type.
 */
export const minRedactedChars = 8;

/** Text that replaces a credential. */
export const redacted = "[redacted]";

const credentialName = /auth|cookie|credential|key|pass|pwd|secret|session|signature|token/i;

/** A literal value, if its name says that it is a credential. */
export const literalCredential = (name: string, value: string): ReadonlyArray<Credential> =>
  credentialName.test(name)
    ? [{ whole: value, part: value.replace(/^[A-Za-z][\w-]* +(?=\S)/, "") }]
    : [];

/** Removes credentials from what a source returns. Each gives the value itself where it holds none, without copying it. */
export interface Redactor {
  readonly text: (text: string) => string;
  /** In names of members, too. */
  readonly json: (value: Json) => Json;
  readonly object: (value: JsonObject) => JsonObject;
  /** Defects are logged. */
  readonly defects: <A, E, R>(use: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>;
}

/**
 * Removes values of eight characters and more where they stand exactly as they were sent, or as JSON escapes them in a text. A
 * value that the upstream changed, for example by encoding it or taking it apart, is not recognized.
 */
export const makeRedactor = (credentials: ReadonlyArray<Credential>): Redactor => {
  const values = credentials
    .flatMap(({ whole, part }) => [whole, part])
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .filter((value) => value.length >= minRedactedChars);
  const needles = [...new Set(values)].toSorted((left, right) => right.length - left.length);

  const text = (given: string): string =>
    needles.reduce((result, needle) => result.replaceAll(needle, redacted), given);

  const isTelling = (given: string): boolean => needles.some((needle) => given.includes(needle));

  const holdsAny = (value: Json | undefined): boolean => {
    if (typeof value === "string") return isTelling(value);
    if (isJsonObject(value)) {
      return Object.keys(value).some((name) => isTelling(name) || holdsAny(value[name]));
    }
    return isList(value) && value.some(holdsAny);
  };

  const clean = (value: Json): Json => {
    if (typeof value === "string") return text(value);
    if (isJsonObject(value)) return cleanObject(value);
    return isList(value) ? value.map(clean) : value;
  };

  const cleanObject = (value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([name, part]) => [text(name), clean(part)]));

  return {
    text,
    json: (value) => (needles.length > 0 && holdsAny(value) ? clean(value) : value),
    object: (value) => (needles.length > 0 && holdsAny(value) ? cleanObject(value) : value),
    defects: (use) => Effect.catchAllDefect(use, (defect) => Effect.die(cleanDefect(defect, text))),
  };
};

const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value);

const cleanDefect = (defect: unknown, redact: (text: string) => string): unknown => {
  const isError = defect instanceof Error;
  const shown = isError ? (defect.stack ?? defect.message) : String(defect);
  const clean = redact(shown);
  if (clean === shown && !(isError && defect.cause !== undefined)) return defect;
  const error = new Error(redact(isError ? defect.message : shown));
  error.stack = clean;
  return error;
};
