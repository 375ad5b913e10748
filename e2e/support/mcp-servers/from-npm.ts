import { freePort } from "@executor/testing";
import { type RunningProcess, startProcess } from "@executor/testing/process";
import { peer } from "../upstreams/peers.ts";

/** A server from npm, as a program and over the transports of HTTP that it has. */
export interface McpServerPackage {
  readonly path: string;
  readonly args?: ReadonlyArray<string>;
  readonly tools: number;
  /** Code that calls a tool of the source `it`, and what it gives. */
  readonly call: string;
  readonly gives: unknown;
  readonly http?: ReadonlyArray<{
    readonly transport: "http" | "sse";
    readonly path: string;
    readonly args: (port: string) => ReadonlyArray<string>;
    readonly env?: (port: string) => Readonly<Record<string, string>>;
  }>;
}

const host = "127.0.0.1";

/** Servers by teams that share no code but the SDK, each of another version of it. */
export const mcpServers = (directory: string): Readonly<Record<string, McpServerPackage>> => ({
  "@modelcontextprotocol/server-memory": {
    path: "@modelcontextprotocol/server-memory/dist/index.js",
    tools: 9,
    call: "return await tools.it.read_graph({})",
    gives: { entities: [], relations: [] },
  },
  "@agent-infra/mcp-server-filesystem": {
    path: "@agent-infra/mcp-server-filesystem/dist/index.cjs",
    args: ["--allowed-directories", directory],
    tools: 11,
    call: "return await tools.it.list_allowed_directories({})",
    gives: `Allowed directories:\n${directory}`,
    http: [
      { transport: "http", path: "/mcp", args: (port) => ["--host", host, "--port", port] },
      { transport: "sse", path: "/sse", args: (port) => ["--host", host, "--port", port] },
    ],
  },
  "@antv/mcp-server-chart": {
    path: "@antv/mcp-server-chart/build/index.js",
    tools: 27,
    call: `return (await tools.search({ query: "pie chart", namespace: "it" })).some(({ path }) => path === "it.generate_pie_chart")`,
    gives: true,
    http: (["streamable", "sse"] as const).map((kind) => ({
      transport: kind === "sse" ? ("sse" as const) : ("http" as const),
      path: kind === "sse" ? "/sse" : "/mcp",
      args: (port) => ["--transport", kind, "--host", host, "--port", port],
    })),
  },
  "@cyanheads/git-mcp-server": {
    path: "@cyanheads/git-mcp-server/dist/index.js",
    tools: 28,
    call: `try { return await tools.it.git_status({ path: ${JSON.stringify(directory)} }) } catch ({ code, message }) { return [code, /not a git repository/i.test(message)] }`,
    gives: ["tool_error", true],
    http: [
      {
        transport: "http",
        path: "/mcp",
        args: () => [],
        env: (port) => ({
          MCP_TRANSPORT_TYPE: "http",
          MCP_HTTP_HOST: host,
          MCP_HTTP_PORT: port,
        }),
      },
    ],
  },
});

/** A source's settings that start the server as a program. */
export const programOf = ({ args = [], path }: McpServerPackage) => ({
  command: "node",
  args: [peer(path), ...args],
});

/** The server over HTTP, on the loopback address. */
export const startServer = async (
  { args = [], path }: McpServerPackage,
  http: NonNullable<McpServerPackage["http"]>[number],
): Promise<RunningProcess & { readonly url: string }> => {
  const port = String(await freePort());
  const child = await startProcess({
    name: path,
    command: "node",
    args: [peer(path), ...args, ...http.args(port)],
    env: { ...process.env, ...http.env?.(port) },
  });
  const origin = `http://${host}:${port}`;
  await child.until("answer", async () => (await fetch(origin)).status > 0, 30_000);
  return { ...child, url: origin + http.path };
};
