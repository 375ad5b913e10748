import { joinWords } from "@executor/plugin-kit";
import { createHash } from "node:crypto";

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

const identifier = (name: string): string =>
  joinWords(name.split(/[^A-Za-z0-9_$]+/).filter((word) => word !== ""));

const fingerprinted = (path: string, name: string): string =>
  `${path === "" ? "tool" : path}_${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
