import { namespaceOf, titleWords } from "@executor/plugin-kit";
import type { StdioEndpoint } from "./transports/endpoint.ts";

/** Words of servers' names that tell them apart badly. */
const filler =
  /^(the|a|an|mcp|server|servers|official|reference|modelcontextprotocol|context|protocol|v?\d+)$/;

/** A namespace after a server's name: "mcp-servers/everything" is `everything`. `mcp` where nothing usable is left. */
export const suggestNamespace = (name: string): string => {
  const telling = titleWords(name).filter((word) => !filler.test(word));
  return namespaceOf(telling.slice(0, 4), "mcp");
};

/** Programs that run other programs, and words and flags that come before the other program's name. */
const launchers =
  /^(npx|bunx|uvx|pnpx|node|bun|deno|python3?|npm|pnpm|yarn|uv|pipx|docker|podman)$/;
const beforeName = /^(-.*|x|dlx|exec|run|tool)$/;

/** What a program is called, without running it: of `npx -y @scope/server-files /data`, `@scope/server-files`. */
export const programName = ({ args, command }: StdioEndpoint): string => {
  const launcher = launchers.test(baseName(command));
  const named = launcher ? args.find((argument) => !beforeName.test(argument)) : undefined;
  if (named === undefined) return baseName(command);
  return (named.startsWith("@") ? named : baseName(named)).replace(/(?<=.)@[^/]*$/, "");
};

const baseName = (path: string): string =>
  path.replace(/^.*[\\/](?=.)/, "").replace(/\.(exe|cmd|[cm]?[jt]s|py)$/, "");
