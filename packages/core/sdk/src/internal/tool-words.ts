/**
 * The words of an address as a person would search for them: `github.actions.listRepoWorkflows` is
 * `github actions list repo workflows`, beside the segments as they stand.
 */
export const addressWords = (address: string): string => {
  const words = address.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  return [...address.split("."), ...words].join(" ").toLowerCase();
};

const maxQueryWords = 16;

/**
 * The FTS5 query for what a person or a model typed: every word may match, as a prefix, and more matches rank higher.
 * `undefined` where there is no word in it.
 */
export const fullTextQuery = (text: string): string | undefined => {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const split = words.flatMap((word) => [word, ...(word.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [])]);
  const unique = [...new Set(split.map((word) => word.toLowerCase()))].slice(0, maxQueryWords);
  return unique.length === 0 ? undefined : unique.map((word) => `"${word}"*`).join(" OR ");
};
