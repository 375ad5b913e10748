import type { Json, JsonObject } from "@executor/sdk/schemas";

/** Parts of JSON that others wrote: what is not of the expected type counts as absent. */

export const asText = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

export const asArray = (value: Json | undefined): ReadonlyArray<Json> =>
  isArray(value) ? value : [];

const isArray = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value);

export const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
