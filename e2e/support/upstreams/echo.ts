/** What a request had with it when it arrived. */
export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface EchoUpstream {
  /** Without a slash at its end; the origin as secrets are bound to it. */
  readonly origin: string;
  readonly arrivals: () => ReadonlyArray<Arrival>;
  readonly stop: () => Promise<void>;
}

/**
 * A server that gives back the headers it was sent: as data, in an error's message, as a text, as an image, after `at` characters
 * of a long error, and in a redirect to `to`.
 * Everything it does is described by {@link echoDocument}.
 */
export const startEchoUpstream = (): EchoUpstream => {
  const seen: Array<Arrival> = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const headers = request.headers.toJSON();
      seen.push({ method: request.method, path: pathname, headers });
      switch (pathname) {
        case "/fail":
          return Response.json({ message: `You sent ${JSON.stringify(headers)}` }, { status: 418 });
        case "/text":
          return new Response(`You sent ${JSON.stringify(headers)}`);
        case "/image":
          return new Response(`\u0089PNG ${JSON.stringify(headers)}`, {
            headers: { "content-type": "image/png" },
          });
        case "/long": {
          const padding = "~".repeat(Number(searchParams.get("at")));
          return new Response(`${padding}${headers["authorization"] ?? ""}${padding}`, {
            status: 500,
          });
        }
        case "/redirect":
          return new Response(null, {
            status: 302,
            headers: { location: searchParams.get("to") ?? "/" },
          });
        default:
          return Response.json({ method: request.method, headers });
      }
    },
  });
  return {
    origin: `http://127.0.0.1:${server.port}`,
    arrivals: () => seen.slice(),
    stop: () => server.stop(true),
  };
};

const operation = (operationId: string, query: ReadonlyArray<string> = []) => ({
  operationId,
  parameters: query.map((name) => ({ name, in: "query", schema: { type: "string" } })),
  responses: { "200": { description: "Done" } },
});

/** The upstream's description, whose calls go to `server`. */
export const echoDocument = (server: string): string =>
  JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Echo", version: "1" },
    servers: [{ url: server }],
    paths: {
      "/headers": {
        get: operation("headers"),
        post: operation("write"),
        delete: operation("erase"),
      },
      "/fail": { get: operation("fail") },
      "/text": { get: operation("text") },
      "/image": { get: operation("image") },
      "/long": { get: operation("long", ["at"]) },
      "/redirect": { get: operation("redirect", ["to"]) },
    },
  });
