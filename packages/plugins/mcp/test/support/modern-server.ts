import {
  createMcpHandler,
  inputRequired,
  ProtocolError,
  ResourceNotFoundError,
  Server,
} from "@modelcontextprotocol/server";
import type { CallToolResult, McpServerFactory } from "@modelcontextprotocol/server";
import { Effect } from "effect";
import { setTimeout as sleep } from "node:timers/promises";
import { completed, contentsOf, filled, prompts, resources, resourceTemplates } from "./offered.ts";

const text = (value: unknown): CallToolResult => ({
  content: [{ type: "text", text: String(value) }],
});

const requestedSchema = {
  type: "object" as const,
  properties: { name: { type: "string" as const } },
  required: ["name"],
};

/** State as a server may write it: everything that text can hold, and digits beyond 2^53. */
export const oddState = ' {"n":12345678901234567890} \u00e9\u2028😀=?base64?==';

export interface ModernSeen {
  readonly calls: Array<string>;
  readonly cancelled: Array<string>;
  readonly states: Array<string | undefined>;
}

/** A real MCP server of 2026-07-28 whose tools do what servers do. */
export const modernFactory =
  (seen: ModernSeen, added: Array<string>): McpServerFactory =>
  () => {
    // oxlint-disable-next-line typescript/no-deprecated -- Only it takes JSON Schema as it is.
    const server = new Server(
      { name: "modern-server", title: "Modern Server", version: "1" },
      {
        capabilities: {
          tools: { listChanged: true },
          resources: { subscribe: true },
          prompts: {},
          completions: {},
        },
        instructions: "Call echo first.",
        inputRequired: { legacyShim: false },
      },
    );
    const names = ["echo", "headers", "ask", "ask-always", "sample", "steps", "hang", "refuse"];
    server.setRequestHandler("tools/list", async () => ({
      tools: [...names, ...added].map((name) => ({
        name,
        inputSchema: {
          type: "object" as const,
          properties: { region: { type: "string", "x-mcp-header": "Region" } },
        },
        annotations: { readOnlyHint: true },
      })),
    }));
    server.setRequestHandler("tools/call", async ({ params }, { http, mcpReq }) => {
      const { arguments: given = {}, name } = params;
      seen.calls.push(name);
      if (name === "echo") return text(given["message"]);
      if (name === "headers") {
        return text(JSON.stringify(Object.fromEntries(http?.req?.headers ?? [])));
      }
      if (name === "ask" || name === "ask-always") {
        const state = mcpReq.requestState<string>();
        seen.states.push(state);
        const round = seen.states.length;
        const { inputResponses } = mcpReq;
        if (name === "ask" && inputResponses !== undefined)
          return text(JSON.stringify(inputResponses));
        return inputRequired({
          inputRequests: {
            who: {
              method: "elicitation/create",
              params: { mode: "form", message: `Who, ${round}?`, requestedSchema },
            },
          },
          requestState: oddState,
        });
      }
      if (name === "sample") {
        return inputRequired({ inputRequests: { a: { method: "roots/list", params: {} } } });
      }
      if (name === "steps") {
        for (const step of [1, 2, 3]) {
          await sleep(10);
          await mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken: mcpReq._meta?.progressToken ?? 0, progress: step, total: 3 },
          });
        }
        return text("done");
      }
      if (name === "hang") {
        return new Promise<CallToolResult>(() => {
          mcpReq.signal.addEventListener("abort", () => seen.cancelled.push(name));
        });
      }
      throw new ProtocolError(-32_602, "Not like that.", { wanted: "a number" });
    });
    server.setRequestHandler("resources/list", async () => ({
      resources: resources.map(({ name = "c", uri }) => ({ name, uri })),
    }));
    server.setRequestHandler("resources/templates/list", async () => ({ resourceTemplates }));
    server.setRequestHandler("resources/read", async ({ params: { uri } }) => {
      if (uri === "test://none") throw new ResourceNotFoundError(uri);
      return { contents: contentsOf(uri) };
    });
    server.setRequestHandler("prompts/list", async () => ({ prompts }));
    server.setRequestHandler("prompts/get", async ({ params }) =>
      filled(params.arguments?.["who"]),
    );
    server.setRequestHandler("completion/complete", async ({ params }) =>
      completed(params.argument.value),
    );
    return server;
  };

export interface ModernServer {
  readonly url: string;
  readonly seen: ModernSeen;
  /** Method and headers of every request. */
  readonly requests: Array<{ readonly rpc: string; readonly headers: Headers }>;
  /** Adds a tool and tells who listens. */
  readonly grow: (name: string) => void;
  /** Tells who listens that a resource changed. */
  readonly touch: (uri: string) => void;
  /** Ends every stream, and goes on. */
  readonly cut: () => Promise<void>;
}

/** The server over HTTP, on the loopback address, for the length of the test. It knows no session. */
export const modernServer = Effect.acquireRelease(
  Effect.sync(() => {
    const seen: ModernSeen = { calls: [], cancelled: [], states: [] };
    const added: Array<string> = [];
    const requests: ModernServer["requests"] = [];
    const handler = createMcpHandler(modernFactory(seen, added), {
      legacy: "reject",
      responseMode: "sse",
    });
    const listen = (port: number) =>
      Bun.serve({
        hostname: "127.0.0.1",
        port,
        idleTimeout: 0,
        fetch: async (request) => {
          requests.push({ rpc: await request.clone().text(), headers: request.headers });
          return handler.fetch(request);
        },
      });
    let server = listen(0);
    const { port } = server;
    const made: ModernServer = {
      url: `http://127.0.0.1:${port}/mcp`,
      seen,
      requests,
      grow: (name) => {
        added.push(name);
        handler.notify.toolsChanged();
      },
      touch: (uri) => handler.notify.resourceUpdated(uri),
      cut: async () => {
        await server.stop(true);
        server = listen(port ?? 0);
      },
    };
    return { made, stop: () => server.stop(true) };
  }),
  ({ stop }) => Effect.promise(stop),
).pipe(Effect.map(({ made }) => made));
