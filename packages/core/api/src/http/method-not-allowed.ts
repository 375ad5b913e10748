import { HttpRouter, HttpServerRequest, HttpServerResponse } from "@effect/platform";
import { Effect, Schema } from "effect";
import { MethodNotAllowed } from "./errors.ts";

const encode = Schema.encodeSync(MethodNotAllowed);

/**
 * Answers requests whose path is one of the router's, but whose method is not, with 405 and the methods that there are
 * (RFC 9110, section 15.5.6). Fails with `RouteNotFound` where the path is nobody's.
 */
export const methodNotAllowed = <E, R>(router: HttpRouter.HttpRouter<E, R>) => {
  const methods = new Map<HttpRouter.PathInput, Set<string>>();
  for (const { method, path } of router.routes) {
    const known = methods.get(path) ?? new Set();
    known.add(method);
    if (method === "GET") known.add("HEAD");
    methods.set(path, known);
  }
  return HttpRouter.fromIterable(
    Array.from(methods, ([path, known]) => HttpRouter.makeRoute("*", path, refuse(known))),
  );
};

const refuse = (known: ReadonlySet<string>) => {
  const allow = [...known].toSorted().join(", ");
  return Effect.map(HttpServerRequest.HttpServerRequest, ({ method, originalUrl }) => {
    const { pathname } = new URL(originalUrl, "http://localhost");
    const message = `${pathname} does not take ${method}. It takes ${allow}.`;
    return HttpServerResponse.unsafeJson(encode(new MethodNotAllowed({ message })), {
      status: 405,
      headers: { allow },
    });
  });
};
