import { isJsonObject } from "./json.ts";

/** Levels of lists and objects in JSON that strangers write. Engines write JSON recursively, and run out of stack at some ten thousand. */
export const maxJsonLevels = 1_000;

/** What is wrong with a value that {@link isTooDeep}, as the end of a sentence. */
export const tooDeep = `it is nested more than ${maxJsonLevels} levels deep`;

/** Whether a value of JSON text has more levels of lists and objects than are taken. */
export const isTooDeep = (value: unknown): boolean => exceeds(value, maxJsonLevels);

/** Recursive, since it goes no deeper than the levels that are left. */
const exceeds = (value: unknown, levels: number): boolean => {
  if (Array.isArray(value)) {
    return levels === 0 || value.some((item) => exceeds(item, levels - 1));
  }
  if (!isJsonObject(value)) return false;
  if (levels === 0) return true;
  // `Object.values` takes four times as long.
  for (const key in value) {
    if (Object.hasOwn(value, key) && exceeds(value[key], levels - 1)) return true;
  }
  return false;
};
