import type { Json } from "@executor/sdk";
import { isArray, isObject, type Steps } from "@executor/plugin-kit";
import type { Keys } from "./targets.ts";

/** A description that is changed without changing what was given: lists and objects on the way to a change are copied once. */
export interface Tree {
  readonly root: () => Json;
  /** Replaces the value with these keys, which must be there. */
  readonly replace: (keys: Keys, change: (value: Json) => Json) => void;
  /** Removes the values with these keys, none of which is the root. */
  readonly remove: (places: ReadonlyArray<Keys>) => Steps<void>;
}

type Branch = Array<Json> | Record<string, Json>;

export const makeTree = (given: Json): Tree => {
  const holder: Array<Json> = [given];
  /** The copies, each by itself. */
  const own = new WeakMap<object, Branch & Json>();

  /** The list or object with these keys, copied with all that leads to it; `undefined` if there is none. */
  const branchAt = (keys: Keys): Branch | undefined => {
    let branch: Branch = holder;
    for (const key of [0, ...keys]) {
      const copy = copyOf(get(branch, key));
      if (copy === undefined) return undefined;
      set(branch, key, copy);
      branch = copy;
    }
    return branch;
  };

  const copyOf = (value: Json | undefined): (Branch & Json) | undefined => {
    if (!isArray(value) && !isObject(value)) return undefined;
    const known = own.get(value);
    if (known !== undefined) return known;
    const copy: Branch & Json = isArray(value) ? [...value] : { ...value };
    own.set(copy, copy);
    return copy;
  };

  return {
    root: () => holder[0] ?? null,
    replace: (keys, change) => {
      const last = keys.at(-1);
      const branch = last === undefined ? holder : branchAt(keys.slice(0, -1));
      const key = last ?? 0;
      const old = branch === undefined ? undefined : get(branch, key);
      if (branch !== undefined && old !== undefined) set(branch, key, change(old));
    },
    *remove(places) {
      const parents = Map.groupBy(places, (keys) => JSON.stringify(keys.slice(0, -1)));
      // What is deeper goes first: removing items moves what is below their list.
      const groups = [...parents.values()].toSorted((a, b) => depthOf(b) - depthOf(a));
      for (const group of groups) {
        const branch = branchAt(group[0]?.slice(0, -1) ?? []);
        if (branch !== undefined) removeKeys(branch, new Set(group.map((keys) => keys.at(-1))));
        yield;
      }
    },
  };
};

const depthOf = ([keys]: ReadonlyArray<Keys>): number => keys?.length ?? 0;

const removeKeys = (branch: Branch, keys: ReadonlySet<string | number | undefined>): void => {
  if (isList(branch)) {
    let kept = 0;
    for (const [index, value] of branch.entries()) {
      if (!keys.has(index)) branch[kept++] = value;
    }
    branch.length = kept;
    return;
  }
  for (const key of keys) Reflect.deleteProperty(branch, key ?? "");
};

function isList(value: object): value is Array<Json> {
  return Array.isArray(value);
}

const get = (branch: Branch, key: string | number): Json | undefined => {
  if (isList(branch)) return branch[Number(key)];
  return Object.hasOwn(branch, key) ? branch[key] : undefined;
};

/** Defines instead of assigning: a member may be named `__proto__`. */
const set = (branch: Branch, key: string | number, value: Json): void => {
  Object.defineProperty(branch, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
};
