export interface GatewayRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface Gateway {
  /** Without a slash at its end. */
  readonly url: string;
  /** Every request answered so far, as it was on the wire. */
  readonly requests: () => ReadonlyArray<GatewayRequest>;
  readonly stop: () => Promise<void>;
}

/**
 * A reverse proxy that remembers each request it answered, so that what the daemon counts can be held against what
 * went over the wire. `prefer` chooses Prism's answer for a path, such as `code=404`.
 */
export const startGateway = (
  upstream: string,
  prefer: (path: string) => string | undefined,
): Gateway => {
  const seen: Array<GatewayRequest> = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.delete("host");
      headers.delete("accept-encoding");
      const preference = prefer(pathname);
      if (preference !== undefined) headers.set("prefer", preference);
      const reply = await fetch(upstream + pathname + search, {
        method: request.method,
        headers,
        body: request.body === null ? null : await request.arrayBuffer(),
        redirect: "manual",
      });
      seen.push({ method: request.method, path: pathname, status: reply.status });
      return new Response(reply.body, { status: reply.status, headers: reply.headers });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests: () => seen.slice(),
    stop: () => server.stop(true),
  };
};
