import {
  HttpApiBuilder,
  HttpApiError,
  HttpApiSchema,
  type HttpApp,
  HttpRouter,
  HttpServerError,
  HttpServerRequest,
  HttpServerResponse,
} from "@effect/platform";
import { apiError } from "@executor/sdk/schemas";
import { Cause, Effect, Schema } from "effect";

/** Unexpected failure of the app. Its cause stands in the log, under the trace id, and nowhere else. */
export class InternalError extends Schema.TaggedError<InternalError>()(
  "InternalError",
  { traceId: Schema.String },
  HttpApiSchema.annotations({ status: 500 }),
) {}

/** The request's body is not what its `Content-Type` says. */
export class InvalidRequestBody extends apiError<InvalidRequestBody>()("InvalidRequestBody", 400) {}

/** The request's body is not declared as JSON (RFC 9110, section 15.5.16). */
export class UnsupportedMediaType extends apiError<UnsupportedMediaType>()(
  "UnsupportedMediaType",
  415,
) {}

/** No route has this path. */
export class RouteNotFound extends apiError<RouteNotFound>()("RouteNotFound", 404) {}

/** The route does not have this method; the header `Allow` lists its methods. */
export class MethodNotAllowed extends apiError<MethodNotAllowed>()("MethodNotAllowed", 405) {}

/** The request is refused: its maker lacks a permission, or its origin is another site. */
export class Forbidden extends apiError<Forbidden>()("Forbidden", 403) {}

const { HttpApiDecodeError } = HttpApiError;

const encodeDecodeError = Schema.encodeSync(HttpApiDecodeError);
const badRequest = 400;

/**
 * Answers a request of the wrong shape with one line for each mistake, in place of a tree of schemas. Neither the message nor its
 * `issues` repeat the request's values, since one may be a credential in the wrong place.
 */
export const ReadableDecodeErrors = HttpApiBuilder.middleware((app) =>
  Effect.catchAllCause(app, (cause) => {
    const error = Cause.squash(cause);
    if (!(error instanceof HttpApiDecodeError)) return Effect.failCause(cause);
    const told = error.issues.filter(({ message }) => !orAbsent.test(message));
    const issues = (told.length > 0 ? told : error.issues).map((issue) => ({
      ...issue,
      message: withoutValue(issue.message),
    }));
    const message = [...new Set(issues.map(line))].join("\n");
    return HttpServerResponse.json(encodeDecodeError(new HttpApiDecodeError({ issues, message })), {
      status: badRequest,
    }).pipe(Effect.orDie);
  }),
);

/** What an optional field might have been instead; it says nothing beside what is wrong with the value that it has. */
const orAbsent = /^Expected (?:undefined|null)(?:,|$)/;

const line = ({ path, message }: typeof HttpApiError.Issue.Type): string =>
  path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;

/** Removes the value, which the schema library writes at the end of a message. */
const withoutValue = (message: string): string => message.replace(/, actual .*$/s, "");

const Failure = Schema.Union(
  Forbidden,
  InternalError,
  InvalidRequestBody,
  MethodNotAllowed,
  RouteNotFound,
  UnsupportedMediaType,
);
const encode = Schema.encodeSync(Failure);

/** The answer that tells of an error. */
export const respond = (
  error: typeof Failure.Type,
  status: number,
  headers?: Readonly<Record<string, string>>,
) => HttpServerResponse.unsafeJson(encode(error), { status, headers });

const pathOf = ({ originalUrl }: HttpServerRequest.HttpServerRequest): string =>
  new URL(originalUrl, "http://localhost").pathname;

/**
 * Answers every request that the endpoints of `router` did not: an unknown route, a route with another method, a body that does
 * not parse, and every defect. A defect is logged whole; its answer holds the trace id alone.
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
      Cause.isInterruptedOnly(cause) ? Effect.interrupt : answer(cause),
    ),
  );
};

/**
 * Answers with 405 and the route's methods where the path is a route of the router, but not for this method (RFC 9110, section
 * 15.5.6). Fails with `RouteNotFound` where the path is no route at all.
 */
const methodNotAllowed = <E, R>(router: HttpRouter.HttpRouter<E, R>) => {
  const methods = new Map<HttpRouter.PathInput, Set<string>>();
  for (const { method, path } of router.routes) {
    // It takes every method, and has refused the path itself.
    if (method === "*") continue;
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
  return Effect.map(HttpServerRequest.HttpServerRequest, (request) => {
    const message = `${pathOf(request)} does not take ${request.method}. It takes ${allow}.`;
    return respond(new MethodNotAllowed({ message }), 405, { allow });
  });
};

const answer = (cause: Cause.Cause<unknown>) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest;
    const { method } = request;
    const path = pathOf(request);
    const error = Cause.squash(cause);
    if (error instanceof HttpServerError.RouteNotFound) {
      const message = `Nothing answers ${method} ${path}. The endpoints are listed at /api/docs.`;
      return respond(new RouteNotFound({ message }), 404);
    }
    if (error instanceof HttpServerError.RequestError) {
      const message =
        "The request's body could not be read. Send JSON with the header Content-Type: application/json.";
      return respond(new InvalidRequestBody({ message }), 400);
    }
    const traceId = yield* Effect.match(Effect.currentSpan, {
      onFailure: () => crypto.randomUUID().replaceAll("-", ""),
      onSuccess: (span) => span.traceId,
    });
    const log = Effect.logError("A request met something unexpected.", cause);
    yield* Effect.annotateLogs(log, { traceId, method, path });
    return respond(new InternalError({ traceId }), 500);
  });
