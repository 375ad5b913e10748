import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";

export interface UpstreamRequest {
  readonly path: string;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly b3: string | undefined;
}

/** An API and an MCP server that note which trace they are told. */
export interface TracedUpstream {
  readonly origin: string;
  /** Calls read an item, answer 503, or lead to the same origin or to `elsewhere`. */
  readonly document: string;
  readonly mcpUrl: string;
  readonly requests: () => ReadonlyArray<UpstreamRequest>;
  /** `_meta` of each call of the MCP server's tool `look`. */
  readonly metas: () => ReadonlyArray<unknown>;
  readonly stop: () => Promise<void>;
}

const responses = { default: { description: "The answer" } };
const operation = (operationId: string) => ({ get: { operationId, responses } });

export const startTracedUpstream = (elsewhere: string): TracedUpstream => {
  const requests: Array<UpstreamRequest> = [];
  const metas: Array<unknown> = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/mcp") return answerMcp(request, metas);
      requests.push({
        path: pathname,
        traceparent: request.headers.get("traceparent") ?? undefined,
        tracestate: request.headers.get("tracestate") ?? undefined,
        b3: request.headers.get("b3") ?? undefined,
      });
      if (pathname === "/busy") return Response.json({}, { status: 503 });
      if (pathname === "/moved") return Response.redirect("/items/7", 302);
      if (pathname === "/away") return Response.redirect(`${elsewhere}/items/8`, 302);
      return Response.json({ id: 7, note: "result-of-the-call" });
    },
  });
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    origin,
    mcpUrl: `${origin}/mcp`,
    document: JSON.stringify({
      openapi: "3.1.0",
      info: { title: "Items", version: "1" },
      servers: [{ url: origin }],
      paths: {
        "/items/{id}": {
          get: {
            operationId: "get",
            parameters: [
              { name: "id", in: "path", required: true, schema: { type: "string" } },
              { name: "q", in: "query", schema: { type: "string" } },
            ],
            responses,
          },
        },
        "/busy": operation("busy"),
        "/moved": operation("moved"),
        "/away": operation("away"),
      },
    }),
    requests: () => requests.slice(),
    metas: () => metas.slice(),
    stop: () => server.stop(true),
  };
};

/** A server without sessions: each request has its own. */
const answerMcp = async (request: Request, metas: Array<unknown>): Promise<Response> => {
  const server = new McpServer({ name: "traced", version: "1" });
  server.registerTool(
    "look",
    { description: "Looks.", annotations: { readOnlyHint: true } },
    (extra) => {
      metas.push(extra._meta);
      return { content: [{ type: "text", text: "seen" }] };
    },
  );
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  return transport.handleRequest(request);
};
