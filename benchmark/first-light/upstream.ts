import { Schema } from "effect";

export const Upstream = Schema.Struct({ url: Schema.String });

const reply = JSON.stringify({ id: 1296269, full_name: "octocat/Hello-World", private: false });

/** In a process of its own, until it is killed: answers every request with the same few bytes of JSON. */
export const serveUpstream = async (): Promise<typeof Upstream.Type> => {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response(reply, { headers: { "content-type": "application/json" } }),
  });
  return { url: `http://127.0.0.1:${server.port}` };
};

/** In a process of its own, until it is killed: takes whatever is exported to it. */
export const serveReceiver = async (): Promise<typeof Upstream.Type> => {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      await request.arrayBuffer();
      return new Response();
    },
  });
  return { url: `http://127.0.0.1:${server.port}` };
};

/** One tool, `bench.repos.get`, that the upstream answers. */
export const upstreamDescription = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Upstream", version: "1" },
  paths: {
    "/repos/{owner}/{repo}": {
      get: {
        operationId: "repos/get",
        parameters: ["owner", "repo"].map((name) => ({
          name,
          in: "path",
          required: true,
          schema: { type: "string" },
        })),
        responses: {
          "200": {
            description: "The repository.",
            content: { "application/json": { schema: { type: "object" } } },
          },
        },
      },
    },
  },
});
