import { HttpServerRequest } from "@effect/platform";
import { authAttempts, Forbidden, type Middleware, refuseRequest, surfaceOf } from "@executor/api";
import { Effect } from "effect";

/** Lets in requests from this machine, unless another site's page makes them; counts the others and answers them with 403. */
export const loopbackOnly: Middleware = (app) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, method, url }) => {
    const message = refusal(method, headers);
    if (message === undefined) return app;
    authAttempts.add(1, { surface: surfaceOf(url), outcome: "refused" });
    return refuseRequest(new Forbidden({ message }), 403);
  });

/**
 * Reason to refuse a request, or `undefined`. A page on the web can make a browser send requests to this machine, under a name
 * that resolves here (DNS rebinding): its `Host` gives it away. Any other page's request carries that page's `Origin`, or
 * `Sec-Fetch-Site`; a link that a person follows is let in (Fetch Metadata Request Headers).
 */
export const refusal = (
  method: string,
  headers: Readonly<Record<string, string | undefined>>,
): string | undefined => {
  const host = headers["host"] === undefined ? undefined : parse(`http://${headers["host"]}`);
  if (host === undefined || !isLoopbackName(host.hostname)) {
    return "The Host header does not name this machine. Use http://localhost with the daemon's port.";
  }
  const otherPages = "Web pages of other origins may not call the daemon.";
  const site = headers["sec-fetch-site"];
  const isLink =
    method === "GET" &&
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document";
  if (site !== undefined && !ownSites.has(site) && !isLink) return otherPages;
  if (headers["origin"] === undefined) return undefined;
  const origin = parse(headers["origin"]);
  return origin?.protocol === "http:" &&
    isLoopbackName(origin.hostname) &&
    origin.port === host.port
    ? undefined
    : otherPages;
};

/** `Sec-Fetch-Site` of requests from the daemon's own pages, and of those that a person makes in the address bar. */
const ownSites: ReadonlySet<string> = new Set(["same-origin", "none"]);

const parse = (url: string): URL | undefined => URL.parse(url) ?? undefined;

/** Names and addresses that resolve to this machine only. */
const isLoopbackName = (name: string): boolean =>
  name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
