import { HttpServerRequest } from "@effect/platform";
import type { HttpApp } from "@effect/platform";
import { httpMethodLabel } from "@executor/telemetry";
import { Effect, Exit } from "effect";
import { httpServerRequestDuration } from "./metrics.ts";

/** nginx's status for a client that went away before the answer; there is none of HTTP's own. */
const clientClosedRequest = 499;

/** Records every request once, under the template of the route that answered it; a request without a route has no label for it. */
export const measured = <R>(app: HttpApp.Default<never, R>): HttpApp.Default<never, R> =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ method }) => {
    const started = performance.now();
    return Effect.onExit(app, (exit) =>
      Effect.map(route, (template) => {
        const status = Exit.isSuccess(exit) ? exit.value.status : clientClosedRequest;
        httpServerRequestDuration.record((performance.now() - started) / 1000, {
          "http.request.method": httpMethodLabel(method),
          "http.route": template,
          "http.response.status_code": String(status),
        });
      }),
    );
  });

/** The router writes the template on the request's span. */
const route = Effect.match(Effect.currentSpan, {
  onFailure: () => undefined,
  onSuccess: (span) => {
    const template = span.attributes.get("http.route");
    return typeof template === "string" ? template : undefined;
  },
});
