import { HttpServerError, HttpServerRequest, HttpServerResponse } from "@effect/platform";
import type { HttpApp, HttpRouter } from "@effect/platform";
import { Cause, Effect, Schema } from "effect";
import { InternalError, InvalidRequestBody, RouteNotFound } from "./errors.ts";
import { methodNotAllowed } from "./method-not-allowed.ts";

const encode = Schema.encodeSync(Schema.Union(InternalError, InvalidRequestBody, RouteNotFound));

const respond = (error: InternalError | InvalidRequestBody | RouteNotFound, status: number) =>
  HttpServerResponse.unsafeJson(encode(error), { status });

/**
 * Answers what the endpoints did not: an unknown route, a route of `router` with another method, a body that does not parse,
 * and every defect. A defect is logged whole and answered with its trace id alone.
 */
export const answerUnexpected = <E, RouterR, R>(
  app: HttpApp.Default<unknown, R>,
  router: HttpRouter.HttpRouter<E, RouterR>,
): HttpApp.Default<never, R> => {
  const otherMethod = methodNotAllowed(router);
  return app.pipe(
    Effect.catchIf(
      (error) => error instanceof HttpServerError.RouteNotFound,
      () => otherMethod,
    ),
    Effect.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.interrupt
        : Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
            answer(Cause.squash(cause), cause, request),
          ),
    ),
  );
};

const answer = (
  error: unknown,
  cause: Cause.Cause<unknown>,
  request: HttpServerRequest.HttpServerRequest,
) => {
  const path = new URL(request.originalUrl, "http://localhost").pathname;
  if (error instanceof HttpServerError.RouteNotFound) {
    const message = `Nothing answers ${request.method} ${path}. The endpoints are listed at /api/docs.`;
    return Effect.succeed(respond(new RouteNotFound({ message }), 404));
  }
  if (error instanceof HttpServerError.RequestError) {
    const message =
      "The request's body could not be read. Send JSON with the header Content-Type: application/json.";
    return Effect.succeed(respond(new InvalidRequestBody({ message }), 400));
  }
  return Effect.gen(function* () {
    const traceId = yield* Effect.match(Effect.currentSpan, {
      onFailure: () => crypto.randomUUID().replaceAll("-", ""),
      onSuccess: (span) => span.traceId,
    });
    yield* Effect.annotateLogs(Effect.logError("A request met something unexpected.", cause), {
      traceId,
      method: request.method,
      path,
    });
    return respond(new InternalError({ traceId }), 500);
  });
};
