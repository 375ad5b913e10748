/** An upstream that answers as a test wants, and can go and come back. */
export interface TrafficUpstream {
  /** Its OpenAPI document: `list` reads, `order` writes, `flaky` answers what `answerWith` says. */
  readonly document: string;
  readonly answerWith: (status: number) => void;
  readonly stop: () => Promise<void>;
}

/** A parameter whose pattern cannot be matched in linear time, and is left unchecked. */
const code = { name: "code", in: "query", schema: { type: "string", pattern: "^(?!x)" } };

const responses = { default: { description: "The answer" } };

export const startTrafficUpstream = (): TrafficUpstream => {
  let flakyStatus = 200;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const flaky = new URL(request.url).pathname === "/flaky";
      return Response.json({ ok: true }, { status: flaky ? flakyStatus : 200 });
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
    },
  });
  return {
    document,
    answerWith: (status) => {
      flakyStatus = status;
    },
    stop: () => server.stop(true),
  };
};
