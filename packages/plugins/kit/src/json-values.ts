import { Json } from "@executor/sdk";
import type { JsonObject } from "@executor/sdk";
import { Either, Schema } from "effect";

const isJson = Schema.is(Json);

/** The value that JSON text holds; the left side says where it is broken. */
export const readJson = (source: string): Either.Either<Json, string> =>
  Either.try({
    try: (): unknown => JSON.parse(source),
    catch: (error) => (error instanceof Error ? error.message : String(error)),
  }).pipe(Either.filterOrLeft(isJson, () => "There is no value."));

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isArray = (value: Json | undefined): value is ReadonlyArray<Json> =>
  Array.isArray(value);

/** A member by a name that a peer chose: only ever its own, so that `constructor` is found nowhere. */
export const member = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

export const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** An object whose keys may be any text: `__proto__` becomes a member like others. */
export const fromEntries = (entries: Iterable<readonly [string, Json]>): JsonObject =>
  Object.fromEntries(entries);

/** Cut at `max` characters, never inside one, with an ellipsis. */
export const shorten = (value: string, max: number): string =>
  value.length <= max
    ? value
    : `${value
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\ufffd$/, "")}…`;
