import { HttpServerRequest, HttpServerResponse } from "@effect/platform";
import { authAttempts, Forbidden, type Middleware, surfaceOf } from "@executor/api";
import { Effect, Schema } from "effect";
import { mcpPath } from "./config.ts";

const encode = Schema.encodeSync(Forbidden);

/** Implementation-defined server error (JSON-RPC 2.0, section 5.1). */
const serverError = -32000;

/** Lets in requests from this machine, unless another site's page makes them; counts the others and answers them with 403. */
export const loopbackOnly: Middleware = (app) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const { host, origin } = request.headers;
    const message = refusal({ host, origin });
    if (message === undefined) return app;
    const surface = surfaceOf(request.url);
    authAttempts.add(1, { surface, outcome: "refused" });
    if (surface !== "mcp") {
      const forbidden = encode(new Forbidden({ message }));
      return Effect.succeed(HttpServerResponse.unsafeJson(forbidden, { status: 403 }));
    }
    const body = { jsonrpc: "2.0", error: { code: serverError, message }, id: null };
    return Effect.as(
      Effect.annotateCurrentSpan("http.route", mcpPath),
      HttpServerResponse.raw(Response.json(body, { status: 403 }), {
        status: 403,
        contentType: "application/json;charset=utf-8",
      }),
    );
  });

/**
 * Reason to refuse a request, or `undefined`. A page on the web can make a browser send requests to this machine, under a name
 * that resolves here (DNS rebinding): its `Host` gives it away. Any other page's request carries that page's `Origin`.
 */
export const refusal = (headers: {
  readonly host: string | undefined;
  readonly origin: string | undefined;
}): string | undefined => {
  const host = headers.host === undefined ? undefined : parse(`http://${headers.host}`);
  if (host === undefined || !isLoopbackName(host.hostname)) {
    return "The Host header does not name this machine. Use http://localhost with the daemon's port.";
  }
  if (headers.origin === undefined) return undefined;
  const origin = parse(headers.origin);
  return origin?.protocol === "http:" &&
    isLoopbackName(origin.hostname) &&
    origin.port === host.port
    ? undefined
    : "Web pages of other origins may not call the daemon.";
};

const parse = (url: string): URL | undefined => URL.parse(url) ?? undefined;

/** Names and addresses that resolve to this machine only. */
const isLoopbackName = (name: string): boolean =>
  name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
