import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { EventStore } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { Effect } from "effect";
import type { Scope } from "effect";
import { testServer } from "./test-server.ts";
import type { Seen, TestServerOptions } from "./test-server.ts";

export interface HttpTestServer {
  readonly url: string;
  readonly seen: Seen;
  /** `POST /mcp 200` and so on, of every request answered. */
  readonly requests: Array<{
    readonly line: string;
    readonly headers: Headers;
    readonly rpc: string;
  }>;
  /** Sessions that are open. */
  readonly sessions: () => ReadonlyArray<string>;
  /** Every session is gone, as after a restart. */
  readonly forget: () => void;
  /** Cuts all connections and takes no more, until it is started again on the same port. */
  readonly stop: () => Promise<void>;
  readonly start: () => void;
  /** Cuts all connections, and keeps its sessions and its port. */
  readonly cut: () => Promise<void>;
}

export interface HttpTestServerOptions extends Omit<TestServerOptions, "die" | "seen"> {
  readonly eventStore?: () => EventStore;
  readonly json?: boolean;
  /** How a request for an unknown session is answered, in place of what MCP says. */
  readonly unknownSession?: () => Response;
  /** Answers instead of the server, where it gives an answer. */
  readonly intercept?: (request: Request, rpc: string) => Response | Promise<Response> | undefined;
}

const notFound = () =>
  Response.json(
    { jsonrpc: "2.0", error: { code: -32_001, message: "Session not found" }, id: null },
    { status: 404 },
  );

/** A real MCP server over streamable HTTP on the loopback address, for the length of the test. */
export const httpServer = (
  options: HttpTestServerOptions = {},
): Effect.Effect<HttpTestServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => begin(options)),
    (server) => Effect.promise(() => server.stop()),
  );

const begin = (options: HttpTestServerOptions): HttpTestServer => {
  const seen: Seen = { calls: [], cancelled: [] };
  const requests: HttpTestServer["requests"] = [];
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

  const transportFor = async (request: Request) => {
    const id = request.headers.get("mcp-session-id");
    if (id !== null) return sessions.get(id);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      enableJsonResponse: options.json ?? false,
      ...(options.eventStore === undefined ? {} : { eventStore: options.eventStore() }),
      onsessioninitialized: (session) => {
        sessions.set(session, transport);
      },
      onsessionclosed: (session) => {
        sessions.delete(session);
      },
    });
    await testServer({ ...options, seen, die: () => void stop() }).connect(transport);
    return transport;
  };

  const answer = async (request: Request, rpc: string): Promise<Response> => {
    const intercepted = await options.intercept?.(request, rpc);
    if (intercepted !== undefined) return intercepted;
    const transport = await transportFor(request);
    return transport === undefined
      ? (options.unknownSession ?? notFound)()
      : transport.handleRequest(request);
  };

  const listen = (port: number) =>
    Bun.serve({
      hostname: "127.0.0.1",
      port,
      idleTimeout: 0,
      fetch: async (request) => {
        const rpc = await request.clone().text();
        const reply = await answer(request, rpc);
        const line = `${request.method} ${new URL(request.url).pathname} ${reply.status}`;
        requests.push({ line, headers: request.headers, rpc });
        return reply;
      },
    });

  let server = listen(0);
  const { port } = server;
  const stop = async (): Promise<void> => {
    await server.stop(true);
  };
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    seen,
    requests,
    sessions: () => [...sessions.keys()],
    forget: () => sessions.clear(),
    stop,
    start: () => {
      sessions.clear();
      server = listen(port ?? 0);
    },
    cut: async () => {
      await stop();
      server = listen(port ?? 0);
    },
  };
};
