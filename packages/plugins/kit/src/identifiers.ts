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

/** Whether a segment of a tool's path with this name would hide what every object has, or make a promise of it. */
export const isReserved = (name: string): boolean => reserved.has(name);

/**
 * Words of letters, digits, `_` and `$` as one identifier of at most 100 characters that may stand after a dot: in camel
 * case, the first word as it is. `""` where there are no words.
 */
export const joinWords = (words: ReadonlyArray<string>): string => {
  const joined = words
    .map((word, index) => (index === 0 ? word : capitalise(word)))
    .join("")
    .slice(0, maxLength);
  if (reserved.has(joined)) return `${joined}_`;
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
};

export const capitalise = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
