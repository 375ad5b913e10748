import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { Effect } from "effect";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { testServer } from "./test-server.ts";

/** A real MCP server that speaks only SSE, as MCP was before 2025-03-26, on the loopback address. */
export const sseServer = Effect.acquireRelease(
  Effect.promise(() => begin()),
  (server) => Effect.promise(() => server.stop()),
);

const begin = async () => {
  // oxlint-disable-next-line typescript/no-deprecated -- That is the transport that is tested.
  const sessions = new Map<string, SSEServerTransport>();
  let sessionCount = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "", "http://localhost");
    if (request.method === "GET" && url.pathname === "/sse") {
      // oxlint-disable-next-line typescript/no-deprecated -- As above.
      const transport = new SSEServerTransport("/message", response);
      sessionCount += 1;
      sessions.set(transport.sessionId, transport);
      await testServer({ die: () => server.closeAllConnections() }).connect(transport);
      return;
    }
    const transport = sessions.get(url.searchParams.get("sessionId") ?? "");
    if (transport === undefined) response.writeHead(404).end();
    else await transport.handlePostMessage(request, response);
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/sse`,
    sessionCount: () => sessionCount,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
