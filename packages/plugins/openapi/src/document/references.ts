import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member } from "@executor/plugin-kit";
import type { Warnings } from "@executor/plugin-kit";
import type { Library } from "./library.ts";

/** References in a row, more than any valid description has. */
export const maxHops = 32;

export interface References {
  /** Where everything that reads the description tells what it does not use. */
  readonly warnings: Warnings;
  /**
   * Where the object's `$ref` leads, or another reference that is written in it: `#/a/b`, or a URL with such a fragment for a
   * place in another document. `undefined` without one.
   */
  readonly target: (holder: JsonObject, written?: Json) => string | undefined;
  /** The value that {@link target} leads to; `undefined` for a broken reference and for a document that is not read. */
  readonly find: (target: string) => Json | undefined;
  /** The object itself, or the target of its `$ref`; `undefined` if that is not an object. */
  readonly follow: (value: Json | undefined) => JsonObject | undefined;
  /** Place of a {@link target} as warnings show it. */
  readonly placeOf: (target: string) => string;
}

/**
 * Resolves references on demand and never inlines their targets: descriptions may be cyclic, and grow several times when
 * inlined. What a reference to nothing, or to a document that is not read, would describe is left out or left open.
 */
export const makeReferences = (library: Library, warnings: Warnings): References => {
  const resolved = new Map<string, Json>();
  const target = (
    holder: JsonObject,
    written: Json | undefined = member(holder, "$ref"),
  ): string | undefined =>
    typeof written === "string" ? library.target(holder, written).reference : undefined;
  const find = (reference: string): Json | undefined => {
    const known = resolved.get(reference);
    if (known !== undefined) return known;
    // What is not found may be in a document that is read later.
    const found = library.locate(reference);
    if (isObject(found) && library.oversized.has(found)) return undefined;
    if (found !== undefined) resolved.set(reference, found);
    return found;
  };
  const follow = (value: Json | undefined): JsonObject | undefined => {
    let current = value;
    for (let hop = 0; hop < maxHops; hop += 1) {
      if (!isObject(current)) return undefined;
      const reference = target(current);
      if (reference === undefined) return current;
      current = find(reference);
    }
    return undefined;
  };
  return { warnings, target, find, follow, placeOf: library.placeOf };
};
