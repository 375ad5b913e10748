/** Names that objects, promises and functions give a meaning of their own. */
const reserved: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  "arguments",
  "caller",
  "prototype",
  "then",
  "toJSON",
]);

const maxLength = 100;

/**
 * Text as one identifier that may stand after a dot; `""` where nothing of the text can. Words that other characters part are
 * joined in camel case (`list-repos` is `listRepos`); what is an identifier already stays, but for a capital at its
 * beginning (`GetPet` is `getPet`).
 */
export const identifier = (source: string): string => {
  const words = source
    .normalize("NFKD")
    .replace(/[\u0300-\u036f'’]/g, "")
    .split(/[^A-Za-z0-9_]+/)
    .filter((word) => word !== "");
  const [first, ...rest] = words;
  if (first === undefined) return "";
  const joined = (lowerFirst(first) + rest.map(capitalise).join("")).slice(0, maxLength);
  if (reserved.has(joined)) return `${joined}_`;
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
};

export const capitalise = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const lowerFirst = (word: string): string =>
  /^[A-Z](?![A-Z])/.test(word) ? word.charAt(0).toLowerCase() + word.slice(1) : word;
