import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";

export interface GrowingServer {
  readonly url: string;
  /** Adds a tool, which reads unless it is said to write, and tells every session. */
  readonly grow: (tool: string, writes?: boolean) => void;
  readonly stop: () => Promise<void>;
}

type Tool = readonly [name: string, writes: boolean];

/** Tells the client of it where it is connected. */
const register = (server: McpServer, [tool, writes]: Tool): void => {
  server.registerTool(tool, { annotations: { readOnlyHint: !writes } }, () => ({
    content: [{ type: "text", text: tool }],
  }));
};

/** An MCP server whose list of tools grows while it runs, which server-everything's does not. */
export const startGrowingServer = (...first: ReadonlyArray<string>): GrowingServer => {
  const tools = first.map((name): Tool => [name, false]);
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const servers: Array<McpServer> = [];

  const begin = async (): Promise<WebStandardStreamableHTTPServerTransport> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => {
        sessions.set(id, transport);
      },
    });
    const server = new McpServer({ name: "growing", version: "1" });
    for (const tool of tools) register(server, tool);
    await server.connect(transport);
    servers.push(server);
    return transport;
  };

  const listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      const id = request.headers.get("mcp-session-id");
      const transport = id === null ? await begin() : sessions.get(id);
      return transport === undefined
        ? new Response(null, { status: 404 })
        : transport.handleRequest(request);
    },
  });
  return {
    url: `http://127.0.0.1:${listener.port}/mcp`,
    grow: (name, writes = false) => {
      tools.push([name, writes]);
      for (const server of servers) register(server, [name, writes]);
    },
    stop: () => listener.stop(true),
  };
};
