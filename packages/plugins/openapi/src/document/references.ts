import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member } from "@executor/plugin-kit";
import type { Warnings } from "@executor/plugin-kit";

/** References in a row, more than any valid description has. */
const maxHops = 32;

export interface References {
  /** Where everything that reads the description tells what it does not use. */
  readonly warnings: Warnings;
  /** The value at `#/a/b` (RFC 6901); `undefined` for a broken reference or one to another document. */
  readonly find: (reference: string) => Json | undefined;
  /** The object itself, or the target of its `$ref`; `undefined` if that is not an object. */
  readonly follow: (value: Json | undefined) => JsonObject | undefined;
}

/**
 * Resolves references on demand and never inlines their targets: descriptions may be cyclic, and grow several times when
 * inlined. References to other files or URLs are not followed; callers leave out or leave open what they would describe.
 */
export const makeReferences = (root: JsonObject, warnings: Warnings): References => {
  const resolved = new Map<string, Json | undefined>();
  const find = (reference: string): Json | undefined => {
    if (!resolved.has(reference)) resolved.set(reference, locate(root, reference));
    return resolved.get(reference);
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
  return { warnings, find, follow };
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
