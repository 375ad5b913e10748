import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject } from "@executor/plugin-kit";
import type { Keys } from "./targets.ts";

/**
 * The target with an update merged into it (Overlay 1.1, "Action Object"): an object member by member, a list by appending, and
 * any other value is replaced. Where the two differ in kind, the target stays and `conflict` is told its place.
 */
export const merge = (
  target: Json,
  update: Json,
  place: Keys,
  conflict: (place: Keys) => void,
): Json => {
  if (isArray(target)) return [...target, ...(isArray(update) ? update : [update])];
  return mergeMember(target, update, place, conflict);
};

/** Like {@link merge}, but a list takes a list only: an entry is appended to a target, and never to a target's member. */
const mergeMember = (
  target: Json,
  update: Json,
  place: Keys,
  conflict: (place: Keys) => void,
): Json => {
  if (isArray(target) && isArray(update)) return [...target, ...update];
  if (isObject(target) && isObject(update)) {
    const merged = new Map<string, Json>(Object.entries(target));
    for (const [key, value] of Object.entries(update)) {
      const old = merged.get(key);
      merged.set(
        key,
        old === undefined ? value : mergeMember(old, value, [...place, key], conflict),
      );
    }
    return objectOf(merged);
  }
  if (isPrimitive(target) && isPrimitive(update)) return update;
  conflict(place);
  return target;
};

/** Own members only: `__proto__` becomes one like any other. */
const objectOf = (members: ReadonlyMap<string, Json>): JsonObject => Object.fromEntries(members);

const isPrimitive = (value: Json): boolean => typeof value !== "object" || value === null;
