import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member } from "@executor/plugin-kit";

/** More than any honest chain of references that lead to references. */
const maxHops = 32;

export interface References {
  /** What stands at `#/a/b` (RFC 6901); `undefined` where nothing does, or where the reference leaves the document. */
  readonly find: (reference: string) => Json | undefined;
  /** The object itself, or the one that its `$ref` leads to; `undefined` where that is no object. */
  readonly follow: (value: Json | undefined) => JsonObject | undefined;
}

/**
 * Follows references when they are met and never copies what they lead to: descriptions may be cyclic, and become several
 * times their size when written out. References to other files or URLs are not followed: what they would describe is
 * left out or left open by whoever asks.
 */
export const makeReferences = (root: JsonObject): References => {
  const known = new Map<string, Json | undefined>();
  const find = (reference: string): Json | undefined => {
    if (known.has(reference)) return known.get(reference);
    const found = locate(root, reference);
    known.set(reference, found);
    return found;
  };
  const follow = (value: Json | undefined): JsonObject | undefined => {
    let current = value;
    for (let hop = 0; hop < maxHops; hop += 1) {
      if (!isObject(current)) return undefined;
      const reference = member(current, "$ref");
      if (typeof reference !== "string") return current;
      current = find(reference);
    }
    return undefined;
  };
  return { find, follow };
};

const locate = (root: JsonObject, reference: string): Json | undefined => {
  if (!reference.startsWith("#/")) return undefined;
  let current: Json | undefined = root;
  for (const token of reference.slice(2).split("/")) {
    const key = decode(token).replaceAll("~1", "/").replaceAll("~0", "~");
    current = isArray(current) ? current[Number(key)] : member(current, key);
  }
  return current;
};

const decode = (token: string): string => {
  if (!token.includes("%")) return token;
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
};
