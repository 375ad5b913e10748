/** Words that say nothing about what a tool does. */
const stopWords: ReadonlySet<string> = new Set(
  "a all an and any are as at be by can do for from how i in into is it me my of on or so that the this to use with".split(
    " ",
  ),
);

const wordsOf = (text: string): ReadonlyArray<string> =>
  (text.match(/[\p{Lu}]+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}]+|\p{N}+/gu) ?? []).map((word) =>
    word.toLowerCase(),
  );

/**
 * Words of an address as a person would search for them, and its segments as they are; without the namespace, which all tools
 * of a source share. `github.actions.listRepoWorkflows` gives `actions list repo workflows listrepoworkflows`.
 */
export const addressWords = (address: string): string => {
  const segments = address.split(".").slice(1);
  return [
    ...new Set([...segments.flatMap(wordsOf), ...segments.map((segment) => segment.toLowerCase())]),
  ].join(" ");
};

/** First line of a description; the rest has too many words to tell tools apart. */
export const summaryOf = (description: string): string => description.split("\n", 1)[0] ?? "";

const maxQueryWords = 16;
const shortestPrefix = 3;

/**
 * FTS5 query for a text that a person or a model typed. Any word may match, longer ones as a prefix too; a tool with more
 * matches ranks higher. `undefined` for a text without words.
 */
export const fullTextQuery = (text: string): string | undefined => {
  const all = [
    ...new Set(
      text.split(/[^\p{L}\p{N}]+/u).flatMap((word) => [word.toLowerCase(), ...wordsOf(word)]),
    ),
  ].filter((word) => word !== "");
  const telling = all.filter((word) => !stopWords.has(word));
  const words = (telling.length > 0 ? telling : all).slice(0, maxQueryWords);
  if (words.length === 0) return undefined;
  return words
    .map((word) => (word.length < shortestPrefix ? `"${word}"` : `"${word}" OR "${word}"*`))
    .join(" OR ");
};
