import { joinWords } from "@executor/plugin-kit";

/**
 * Text as one identifier that may stand after a dot; `""` where nothing of the text can. Words that other characters part are
 * joined in camel case (`list-repos` is `listRepos`); what is an identifier already stays, but for a capital at its
 * beginning (`GetPet` is `getPet`).
 */
export const identifier = (source: string): string => {
  const [first, ...rest] = source
    .normalize("NFKD")
    .replace(/[\u0300-\u036f'’]/g, "")
    .split(/[^A-Za-z0-9_]+/)
    .filter((word) => word !== "");
  return first === undefined ? "" : joinWords([lowerFirst(first), ...rest]);
};

const lowerFirst = (word: string): string =>
  /^[A-Z](?![A-Z])/.test(word) ? word.charAt(0).toLowerCase() + word.slice(1) : word;
