import type { CloudClient } from "./client.ts";

/** A small upstream that two organizations share, and its description: one call works, one fails. */
export const startShop = () => {
  let requests = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => {
      requests += 1;
      return new URL(request.url).pathname === "/broken"
        ? Response.json({ message: "out of order" }, { status: 500 })
        : Response.json({ items: ["apple", "pear"] });
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  const document = shopDocument(url);
  return {
    url,
    document,
    /** Makes it a source. */
    addTo: (client: CloudClient, namespace = "shop"): Promise<unknown> =>
      client.ask("POST", "/api/sources", { namespace, kind: "openapi", document }),
    /** How many it got. */
    requests: () => requests,
    stop: () => server.stop(true),
  };
};

const operation = (operationId: string) => ({
  operationId,
  responses: { "200": { description: "Done" } },
});

const shopDocument = (url: string): string =>
  JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Shop", version: "1" },
    servers: [{ url }],
    paths: {
      "/items": { get: operation("items"), post: operation("buy") },
      "/broken": { get: operation("broken") },
    },
  });
