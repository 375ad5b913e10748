import { createServer } from "node:http";

/** A source of the tests of methods, and the server behind it. */
export interface MethodUpstream {
  /** Body that adds the source under the namespace `up`. */
  readonly source: object;
  /** `METHOD /path body` of the requests since the last look, as they came. */
  readonly seen: () => ReadonlyArray<string>;
  readonly stop: () => Promise<void>;
}

const requestBody = {
  content: {
    "application/json": {
      schema: { type: "object", properties: { id: { type: "integer", format: "int64" } } },
    },
  },
};

/** Starts a server that takes any method, and notes what arrives. Node's, because Bun's leaves out the body of a GET. */
export const startMethodUpstream = async (): Promise<MethodUpstream> => {
  const seen: Array<string> = [];
  const server = createServer((request, response) => {
    const chunks: Array<Uint8Array> = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("end", () => {
      seen.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
      response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const operation = (operationId: string) => ({ operationId, requestBody, responses: {} });
  const document = JSON.stringify({
    openapi: "3.2.0",
    info: { title: "Methods", version: "1" },
    servers: [{ url: `http://127.0.0.1:${port}` }],
    paths: {
      "/things": {
        get: operation("find"),
        query: operation("query"),
        delete: operation("drop"),
        additionalOperations: { LINK: operation("link"), PROPFIND: operation("propfind") },
      },
    },
  });
  return {
    source: { namespace: "up", kind: "openapi", document },
    seen: () => seen.splice(0),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
