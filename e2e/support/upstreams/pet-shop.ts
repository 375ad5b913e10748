/** An API with a call that reads and a call that writes, and its OpenAPI document. */
export interface PetShop {
  /** Where the document is. */
  readonly documentUrl: string;
  /** The names that were added, in order. */
  readonly added: () => ReadonlyArray<unknown>;
  readonly stop: () => Promise<void>;
}

const json = { "application/json": { schema: {} } };
const done = { "200": { description: "Done", content: json } };

const document = (url: string): unknown => ({
  openapi: "3.1.0",
  info: { title: "Pet shop", version: "1" },
  servers: [{ url }],
  paths: {
    "/pets": {
      get: { operationId: "list", responses: done },
      post: {
        operationId: "add",
        summary: "Adds a pet.",
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: {
                type: "object",
                properties: { name: { type: "string" } },
                required: ["name"],
              },
            },
          },
        },
        responses: done,
      },
    },
  },
});

export const startPetShop = (): PetShop => {
  const added: Array<unknown> = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/openapi.json": (request) => Response.json(document(new URL(request.url).origin)),
      "/pets": {
        GET: () => Response.json({ pets: added }),
        POST: async (request) => {
          added.push(await request.json());
          return Response.json({ number: added.length });
        },
      },
    },
  });
  return {
    documentUrl: `http://127.0.0.1:${server.port}/openapi.json`,
    added: () => added.slice(),
    stop: () => server.stop(true),
  };
};
