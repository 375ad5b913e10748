/** A source of the tests of replies, and the server behind it. */
export interface ReplyUpstream {
  readonly origin: string;
  /** Body that adds the source under the namespace `up`. */
  readonly source: object;
  readonly stop: () => Promise<void>;
}

const operation = (operationId: string) => ({ get: { operationId, responses: {} } });

/** Starts a server that answers in every way that agent code can tell apart. */
export const startReplyUpstream = (): ReplyUpstream => {
  const upstream = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/invalid": () =>
        Response.json(
          { message: "invalid", errors: { email: ["taken"] } },
          { status: 422, headers: { "Retry-After": "17", "Set-Cookie": "session=1" } },
        ),
      "/problem": () =>
        new Response(JSON.stringify({ title: "Poor", balance: 30 }), {
          status: 403,
          headers: { "content-type": "application/problem+json" },
        }),
      "/things": {
        HEAD: () => new Response(null, { headers: { "X-Total-Count": "7", ETag: '"e"' } }),
        GET: ({ url }) => {
          const page = Number(new URL(url).searchParams.get("page") ?? "1");
          const reply = Response.json([page]);
          if (page < 3) reply.headers.set("Link", `<?page=${page + 1}>; rel="next", </>; rel=up`);
          return reply;
        },
      },
      "/events": () =>
        new Response(
          new ReadableStream({
            start: (controller) => {
              controller.enqueue(new TextEncoder().encode('event: tick\ndata: {"n":1}\n\n'));
            },
          }),
          { headers: { "content-type": "text/event-stream" } },
        ),
      "/down": () => new Response("x".repeat(70_000), { status: 503 }),
    },
  });
  const document = JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Replies", version: "1" },
    servers: [{ url: upstream.url.origin }],
    paths: {
      "/invalid": operation("invalid"),
      "/problem": operation("problem"),
      "/things": {
        get: {
          operationId: "list",
          parameters: [{ name: "page", in: "query", schema: { type: "integer" } }],
          responses: { 200: { description: "", headers: { Link: { description: "Pages" } } } },
        },
        head: { operationId: "count", responses: {} },
      },
      "/down": operation("down"),
      "/events": operation("events"),
    },
  });
  return {
    origin: upstream.url.origin,
    source: { namespace: "up", kind: "openapi", document, timeoutMs: 1_000 },
    stop: () => upstream.stop(true),
  };
};
