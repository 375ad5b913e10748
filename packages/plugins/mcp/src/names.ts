import { joinWords, namespaceFromTitle } from "@executor/plugin-kit";
import { createHash } from "node:crypto";
import type { StdioEndpoint } from "./transports/endpoint.ts";

/** Words of servers' names that do not distinguish servers. */
const filler =
  /^(the|a|an|mcp|server|servers|official|reference|modelcontextprotocol|context|protocol|v?\d+)$/;

/** A namespace from a server's name: "mcp-servers/everything" gives `everything`. `mcp` if no usable word is left. */
export const suggestNamespace = (name: string): string => namespaceFromTitle(name, filler, "mcp");

/** Programs that run other programs, and the words and flags before the other program's name. */
const launchers =
  /^(npx|bunx|uvx|pnpx|node|bun|deno|python3?|npm|pnpm|yarn|uv|pipx|docker|podman)$/;
const beforeName = /^(-.*|x|dlx|exec|run|tool)$/;

/** A program's name, found without running it: `npx -y @scope/server-files /data` gives `@scope/server-files`. */
export const programName = ({ args, command }: StdioEndpoint): string => {
  const launcher = launchers.test(baseName(command));
  const named = launcher ? args.find((argument) => !beforeName.test(argument)) : undefined;
  if (named === undefined) return baseName(command);
  return (named.startsWith("@") ? named : baseName(named)).replace(/(?<=.)@[^/]*$/, "");
};

const baseName = (path: string): string =>
  path.replace(/^.*[\\/](?=.)/, "").replace(/\.(exe|cmd|[cm]?[jt]s|py)$/, "");

/**
 * The tools' paths by their names: one identifier each. Words are joined in camel case (`get-sum` gives `getSum`), and an
 * identifier stays as it is. If several names give the same identifier, only the name equal to it gets it; the others get a
 * fingerprint, so that no path depends on the order of the list.
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
