import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, pointer, type Warnings } from "@executor/plugin-kit";

/** Adds a warning: its code, its message, and its place in the Swagger 2.0 document. */
export type Tell = (code: string, message: string, place: string) => void;

/** Where parts of a converted description stand in the Swagger 2.0 document. */
export interface Places {
  /** Tells that what is at a place now, and below it, was written at another. */
  readonly move: (now: string, before: string) => void;
  /** The place of a part of the converted description in the original; the nearest one around it that the original has. */
  readonly original: (place: string) => string;
}

export const makePlaces = (root: JsonObject): Places => {
  const moved = new Map<string, string>();
  const original = (place: string): string => {
    if (!place.startsWith("/")) return place;
    const keys = place.split("/").slice(1);
    for (let length = keys.length; length > 0; length -= 1) {
      const before = moved.get(`/${keys.slice(0, length).join("/")}`);
      if (before !== undefined) {
        return nearest(root, [...before.split("/").slice(1), ...keys.slice(length)]);
      }
    }
    return nearest(root, keys);
  };
  return { move: (now, before) => moved.set(now, before), original };
};

/** Members that OpenAPI 3 has around what Swagger 2.0 writes without them. */
const added = /^(content|schema)$/;

const nearest = (root: JsonObject, keys: ReadonlyArray<string>): string => {
  const found: Array<string> = [];
  let current: Json = root;
  let inContent = false;
  for (const key of keys) {
    const name = key.replaceAll("~1", "/").replaceAll("~0", "~");
    const next: Json | undefined = isArray(current)
      ? current[Number(name)]
      : isObject(current) && Object.hasOwn(current, name)
        ? current[name]
        : undefined;
    if (next !== undefined) {
      found.push(name);
      current = next;
    } else if (!added.test(name) && !inContent) {
      break;
    }
    inContent = name === "content" && next === undefined;
  }
  return pointer(...found);
};

/** Warnings of what reads the converted description, with places in the original. */
export const withPlacesOf = (places: Places, warnings: Warnings): Warnings => ({
  warn: (code, message, place) =>
    warnings.warn(code, message, place === null ? null : places.original(place)),
  all: warnings.all,
});
