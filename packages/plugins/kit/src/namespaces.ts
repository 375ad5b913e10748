import { Schema } from "effect";
import { Namespace, reservedNamespaces } from "@executor/sdk";

const isNamespace = Schema.is(Namespace);

/** The words of a title in lower case, without accents and the genitive's `'s`. */
export const titleWords = (title: string): ReadonlyArray<string> =>
  title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]|['’]s\b/g, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");

/** A namespace of at most 40 characters out of words such as `titleWords` gives; `fallback` where none can be made. */
export const namespaceOf = (words: ReadonlyArray<string>, fallback: string): string => {
  const name = words
    .join("_")
    .replace(/^[0-9_]+/, "")
    .slice(0, 40)
    .replace(/_+$/, "");
  return isNamespace(name) && !reservedNamespaces.has(name) ? name : fallback;
};
