/** Paths of the MCP endpoint: `/mcp` for all tools, `/mcp/<name>` for those of a toolkit. No other spelling is one. */
const format = /^\/mcp(?:\/(?<toolkit>[a-z][a-z0-9_-]{0,63}))?$/;

/** Route of the endpoint of a path, as labels have it; `undefined` where the path is none. */
export const mcpRouteOf = (path: string): "/mcp" | "/mcp/:toolkit" | undefined => {
  if (!format.test(path)) return undefined;
  return path === "/mcp" ? path : "/mcp/:toolkit";
};

/** The toolkit that a request to the MCP endpoint names. */
export const toolkitInPath = ({ url }: { readonly url: string }): string | undefined =>
  format.exec(new URL(url, "http://localhost").pathname)?.groups?.["toolkit"];
