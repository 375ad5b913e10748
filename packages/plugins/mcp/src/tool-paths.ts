import { createHash } from "node:crypto";

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
 * Each tool's path, by its name: one identifier. Words that other characters part are joined in camel case (`get-sum` is
 * `getSum`), and what is an identifier already stays. Of names that come to the same identifier, only the one that is it
 * keeps it; the others get a fingerprint, so that no tool's path depends on the order of the list.
 */
export const toolPaths = (names: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const wanted = names.map((name) => [name, identifier(name)] as const);
  const groups = Map.groupBy(wanted, ([, path]) => path);
  return new Map(
    wanted.map(([name, path]) => {
      const alone = groups.get(path)?.length === 1;
      return [name, path !== "" && (alone || path === name) ? path : fingerprinted(path, name)];
    }),
  );
};

/** `""` where nothing of the name can stand in an identifier. */
const identifier = (name: string): string => {
  const [first, ...rest] = name.split(/[^A-Za-z0-9_$]+/).filter((word) => word !== "");
  if (first === undefined) return "";
  const joined = (first + rest.map(capitalise).join("")).slice(0, maxLength);
  if (reserved.has(joined)) return `${joined}_`;
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
};

const capitalise = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const fingerprinted = (path: string, name: string): string =>
  `${path === "" ? "tool" : path}_${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
