/** An upstream that answers as a test wants, and can go and come back. */
export interface TrafficUpstream {
  /**
   * Its OpenAPI document: `list` reads, `order` writes, `flaky` answers what `answerWith` says, `slow` takes a minute, `huge` is
   * over the limit of a reply.
   */
  readonly document: string;
  readonly answerWith: (status: number) => void;
  /** Requests that `slow` has got. */
  readonly slowRequests: () => number;
  readonly stop: () => Promise<void>;
}

/** A parameter whose pattern cannot be matched in linear time, and is left unchecked. */
const code = { name: "code", in: "query", schema: { type: "string", pattern: "^(?!x)" } };

const huge = "x".repeat(11 * 1024 * 1024);

const responses = { default: { description: "The answer" } };

export const startTrafficUpstream = (): TrafficUpstream => {
  let flakyStatus = 200;
  let slowRequests = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 120,
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/huge") return new Response(huge);
      if (pathname === "/slow") {
        slowRequests += 1;
        await Bun.sleep(60_000);
      }
      return Response.json({ ok: true }, { status: pathname === "/flaky" ? flakyStatus : 200 });
    },
  });
  const document = JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Traffic", version: "1" },
    servers: [{ url: `http://127.0.0.1:${server.port}` }],
    paths: {
      "/orders": {
        get: { operationId: "list", parameters: [code], responses },
        post: { operationId: "order", responses },
      },
      "/flaky": { get: { operationId: "flaky", responses } },
      "/slow": { get: { operationId: "slow", responses } },
      "/huge": { get: { operationId: "huge", responses } },
    },
  });
  return {
    document,
    answerWith: (status) => {
      flakyStatus = status;
    },
    slowRequests: () => slowRequests,
    stop: () => server.stop(true),
  };
};
