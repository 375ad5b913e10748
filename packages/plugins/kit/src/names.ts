import { Schema } from "effect";
import { Namespace, reservedNamespaces } from "@executor/sdk";

/** Names that already have a meaning on objects, promises and functions. */
const reserved: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  "arguments",
  "caller",
  "prototype",
  "then",
  "toJSON",
]);

const maxIdentifier = 100;

/** Whether a path segment with this name would hide a member of every object, or make a promise of the object. */
export const isReserved = (name: string): boolean => reserved.has(name);

/**
 * Joins words of letters, digits, `_` and `$` into one identifier of at most 100 characters that may stand after a dot. The
 * first word stays as it is, the others are capitalised. `""` for no words.
 *
 * ```ts
 * import { joinWords } from "@executor/plugin-kit";
 *
 * joinWords(["list", "repos"]); // => "listRepos"
 * joinWords(["to", "string"]); // => "toString_"
 * ```
 */
export const joinWords = (words: ReadonlyArray<string>): string => {
  const joined = words
    .map((word, index) => (index === 0 ? word : capitalise(word)))
    .join("")
    .slice(0, maxIdentifier);
  if (reserved.has(joined)) return `${joined}_`;
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
};

export const capitalise = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const isNamespace = Schema.is(Namespace);

/** The words of a title in lower case, without accents and the genitive's `'s`. */
export const titleWords = (title: string): ReadonlyArray<string> =>
  title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]|['’]s\b/g, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");

/** A namespace of at most 40 characters from words like those of {@link titleWords}; `fallback` if they give none. */
export const namespaceOf = (words: ReadonlyArray<string>, fallback: string): string => {
  const name = words
    .join("_")
    .replace(/^[0-9_]+/, "")
    .slice(0, 40)
    .replace(/_+$/, "");
  return isNamespace(name) && !reservedNamespaces.has(name) ? name : fallback;
};

/**
 * A namespace from the first four words of a title that `filler` does not match; `fallback` if they give none.
 *
 * ```ts
 * import { namespaceFromTitle } from "@executor/plugin-kit";
 *
 * namespaceFromTitle("GitHub v3 REST API", /^(v\d+|rest|api)$/, "api"); // => "github"
 * ```
 */
export const namespaceFromTitle = (title: string, filler: RegExp, fallback: string): string =>
  namespaceOf(
    titleWords(title)
      .filter((word) => !filler.test(word))
      .slice(0, 4),
    fallback,
  );

/** A short hash of a text, the same in every process: 53 bits of two FNV-1a hashes in base 36. Not for secrets. */
export const fingerprint = (source: string): string => {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let index = 0; index < source.length; index += 1) {
    const code = source.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ (code + index), 0x01000193);
  }
  return ((high >>> 11) * 0x1_0000_0000 + (low >>> 0)).toString(36);
};
