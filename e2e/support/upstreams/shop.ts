/** An upstream that is written to. */
export interface Shop {
  /** Its OpenAPI document. */
  readonly document: string;
  /** The bodies of the orders that it got, in order of arrival. */
  readonly orders: ReadonlyArray<unknown>;
  readonly stop: () => Promise<void>;
}

const orderSchema = {
  type: "object",
  properties: { item: { type: "string" } },
  required: ["item"],
  additionalProperties: false,
};

/** A real HTTP server with one operation that reads, one that writes and one that removes. */
export const startShop = (): Shop => {
  const orders: Array<unknown> = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      if (request.method === "POST") {
        orders.push(await request.json());
        return Response.json({ number: orders.length }, { status: 201 });
      }
      return request.method === "DELETE" ? Response.json({ removed: true }) : Response.json(orders);
    },
  });
  const operation = (operationId: string, summary: string) => ({
    operationId,
    summary,
    responses: { default: { description: "The answer" } },
  });
  const document = JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Shop", version: "1" },
    servers: [{ url: `http://127.0.0.1:${server.port}` }],
    paths: {
      "/orders": {
        get: operation("list", "List the orders"),
        post: {
          ...operation("order", "Order an item"),
          requestBody: {
            required: true,
            content: { "application/json": { schema: orderSchema } },
          },
        },
        delete: operation("clear", "Remove all orders"),
      },
    },
  });
  return { document, orders, stop: () => server.stop(true) };
};
