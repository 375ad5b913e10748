import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { loadYoga } from "./graphql-yoga.ts";

/** An integer that numbers of JavaScript would make another one. */
export const digits = "1234567890123456789";

export interface ExactUpstream {
  readonly url: string;
  /** `METHOD /path body` of every request, as it came. */
  readonly seen: () => ReadonlyArray<string>;
  readonly stop: () => Promise<void>;
}

/**
 * A server that speaks of integers beyond 2^53: as an HTTP API below `/api`, as an MCP server at `/mcp` and as a GraphQL server at
 * `/graphql`.
 */
export const startExactUpstream = (): ExactUpstream => {
  const seen: Array<string> = [];
  const graphql = graphqlServer();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = await request.clone().text();
      seen.push(`${request.method} ${pathname}${search} ${body}`);
      if (pathname === "/mcp") return mcpReply(request);
      if (pathname === "/graphql") return graphql(request);
      const json = request.method === "POST" ? body : `{"id":${digits},"price":1.5,"small":7}`;
      return new Response(json, { headers: { "content-type": "application/json" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    seen: () => seen.slice(),
    stop: () => server.stop(true),
  };
};

const int64 = { type: "integer", format: "int64" };
const thing = {
  type: "object",
  properties: { id: int64, ids: { type: "array", items: int64 }, name: { type: "string" } },
};

/** The HTTP API's description. */
export const exactDocument = (url: string): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Exact", version: "1" },
    servers: [{ url: `${url}/api` }],
    paths: {
      "/things/{id}": {
        get: {
          operationId: "get",
          parameters: [
            { name: "id", in: "path", required: true, schema: int64 },
            { name: "after", in: "query", schema: int64 },
          ],
          responses: {
            "200": { description: "A thing", content: { "application/json": { schema: thing } } },
          },
        },
      },
      "/things": {
        post: {
          operationId: "send",
          requestBody: { content: { "application/json": { schema: thing } } },
          responses: { "200": { description: "It again" } },
        },
      },
    },
  });

const mcpReply = async (request: Request): Promise<Response> => {
  // oxlint-disable-next-line typescript/no-deprecated -- Its schemas are JSON Schema as they are written here.
  const server = new Server({ name: "exact", version: "1" }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [{ name: "give", inputSchema: { ...thing, type: "object" as const } }],
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
    content: [{ type: "text", text: `{"id":${digits}}` }],
    ...(params.arguments?.["name"] === "text"
      ? {}
      : { structuredContent: { id: JSON.rawJSON(digits) } }),
  }));
  const transport = new WebStandardStreamableHTTPServerTransport();
  await server.connect(transport);
  return transport.handleRequest(request);
};

const graphqlServer = () => {
  const { createSchema, createYoga } = loadYoga();
  const schema = createSchema({
    typeDefs: `scalar BigInt
      type Thing { id: BigInt! key: ID! }
      type Query { thing(id: BigInt, key: ID, count: Int): Thing! }`,
    resolvers: {
      BigInt: { __serialize: () => JSON.rawJSON(digits) },
      Query: { thing: () => ({ id: digits, key: digits }) },
    },
  });
  return createYoga({ schema, logging: false });
};

/** Adds the upstream's three sources, called `api`, `mcp` and `graph`. */
export const exactSources = (url: string) => [
  { namespace: "api", kind: "openapi", document: exactDocument(url) },
  { namespace: "mcp", kind: "mcp", url: `${url}/mcp` },
  { namespace: "graph", kind: "graphql", url: `${url}/graphql` },
];

/** Agent code that passes on what it gets, from each kind of source. */
export const exactCode = `
const thing = await tools.api.get({ id: "${digits}", after: "-${digits}" });
const sent = { id: thing.id, ids: [thing.id, 1], name: thing.id };
const echoed = await tools.api.send({ body: sent });
const rounded = await tools.api.get({ id: Number(thing.id) }).catch((error) => error.message);
const structured = await tools.mcp.give(sent);
const text = await tools.mcp.give({ ...sent, name: "text" });
const found = await tools.graph.query.thing({ id: thing.id, key: thing.id, select: "{ id key }" });
const tooLarge = await tools.graph.query.thing({ count: thing.id }).catch((error) => error.code);
const next = String(BigInt(thing.id) + 1n);
return { thing, echoed, rounded, structured, text, found, tooLarge, next };
`;

/** What the code gives; a sentence is cut to its telling part by {@link exactResult}. */
export const exactValue = {
  thing: { id: digits, price: 1.5, small: 7 },
  echoed: { id: digits, ids: [digits, 1], name: digits },
  rounded: true,
  structured: { id: digits },
  text: { id: digits },
  found: { id: digits, key: digits },
  tooLarge: "invalid_input",
  next: "1234567890123456790",
};

/** The code's value, with whether the rounded integer was refused with what to do. */
export const exactResult = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || !("rounded" in value)) return value;
  return { ...value, rounded: /Give the integer as text/.test(String(value.rounded)) };
};

/** What the upstream must have seen of the code. */
export const exactRequests: ReadonlyArray<string> = [
  `GET /api/things/${digits}?after=-${digits} `,
  `POST /api/things {"id":${digits},"ids":[${digits},1],"name":"${digits}"}`,
  `"arguments":{"id":${digits},"ids":[${digits},1],"name":"${digits}"}`,
  `"variables":{"id":"${digits}","key":"${digits}"}`,
];
