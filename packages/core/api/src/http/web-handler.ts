import {
  HttpApiBuilder,
  HttpApp,
  HttpMiddleware,
  HttpRouter,
  HttpServer,
  HttpServerError,
  HttpServerRequest,
  HttpServerResponse,
} from "@effect/platform";
import type { HttpApi } from "@effect/platform";
import { type Actor, operator } from "@executor/sdk/schemas";
import { httpMethodLabel } from "@executor/telemetry";
import { below, carrySpan, currentTracer, recordingOf, spanOf } from "@executor/telemetry/tracing";
import { Context, Effect, Exit, FiberRef, Layer, type Scope } from "effect";
import { mcpRouteOf } from "./mcp-path.ts";
import { httpServerRequestDuration } from "./metrics.ts";
import {
  beginRequestSpan,
  endRequestSpan,
  pathOf,
  routeOf,
  schemeOf,
  showHost,
} from "./request-span.ts";
import {
  answerUnexpected,
  type Forbidden,
  ReadableDecodeErrors,
  respond,
  UnsupportedMediaType,
} from "./errors.ts";

/** A function from web requests to web responses. */
export type WebHandler = (request: Request) => Promise<Response>;

/** Runs in front of every route: lets a request through to `app`, or answers it itself. */
export type Middleware = <R>(app: HttpApp.Default<never, R>) => HttpApp.Default<never, R>;

export interface WebHandlerOptions {
  readonly middleware?: Middleware;
  /** The MCP endpoint, at `/mcp` and `/mcp/<toolkit>`. It answers every method, and its response is sent as it is. */
  readonly mcp?: WebHandler;
}

export type Surface = "api" | "mcp" | "metrics";

/** Value of the label `surface` of `executor.auth.attempts` for a request's path, with or without a query. */
export const surfaceOf = (url: string): Surface => {
  const path = pathOf(url);
  if (path === "/mcp" || path.startsWith("/mcp/")) return "mcp";
  return /^\/api\/(.+\/)?metrics\/?$/.test(path) ? "metrics" : "api";
};

/**
 * Option of the API's router. Its own limit is 100 characters, and beyond that the path is no route; an address of a tool has
 * several names of up to 100 characters. A server takes no URL that is longer than this limit.
 */
export const longPathParameters = { maxParamLength: 65_536 };

/** Maker of the current request. An app without accounts has one caller: its operator. */
export class Caller extends Context.Reference<Caller>()("@executor/api/Caller", {
  defaultValue: (): {
    /** Owner of the executions that the request starts. */
    readonly owner: Actor;
    /** Actor that answers approvals of executions. */
    readonly answersAs: Actor;
  } => ({ owner: operator, answersAs: operator }),
}) {}

/**
 * Builds one router of the API, its documentation and the MCP endpoint, and returns its web handler. Every request is recorded in
 * `http.server.request.duration`, every failure is answered, a wrong method gets 405, and a body that is no JSON 415. Closing the
 * scope closes the layer.
 */
export const makeWebHandler = <E>(
  api: Layer.Layer<HttpApi.Api, E>,
  { mcp, middleware = (app) => app }: WebHandlerOptions = {},
): Effect.Effect<WebHandler, E, Scope.Scope> => {
  const build = Effect.gen(function* () {
    const runtime = yield* Layer.toRuntime(
      Layer.mergeAll(
        api,
        mcp === undefined ? Layer.empty : mcpRoute(mcp),
        ReadableDecodeErrors,
        HttpServer.layerContext,
        HttpApiBuilder.Router.Live,
        HttpApiBuilder.Middleware.layer,
      ),
    );
    const app = yield* Effect.provide(HttpApiBuilder.httpApp, runtime);
    const router = yield* Effect.provide(HttpApiBuilder.Router.router, runtime);
    return HttpApp.toWebHandlerRuntime(runtime)(
      measured(middleware(withHost(jsonOnly(answerUnexpected(app, router))))),
    );
  });
  return Effect.flatMap(FiberRef.get(HttpRouter.currentRouterConfig), (config) =>
    HttpRouter.withRouterConfig(build, { ...longPathParameters, ...config }).pipe(
      // The platform's own spans hold headers and queries, and no route.
      Effect.locally(HttpMiddleware.currentTracerDisabledWhen, () => true),
    ),
  );
};

/** Shows the host in the request's span: what comes here is let in under it. */
const withHost = <R>(app: HttpApp.Default<never, R>): HttpApp.Default<never, R> =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
    Effect.withFiberRuntime((fiber) => {
      const recording = recordingOf(fiber);
      if (recording !== undefined) showHost(recording.span, request);
      return app;
    }),
  );

/**
 * Takes bodies in JSON alone. A page of another site may make a browser send a text or a form without asking first, and a body
 * without a type (Fetch, "CORS-safelisted request-header"); not so JSON.
 */
const jsonOnly = <R>(app: HttpApp.Default<never, R>): HttpApp.Default<never, R> =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const type = request.headers["content-type"];
    if (type === undefined ? !hasBody(request) : isJson(type)) return app;
    const message =
      "The body is not declared as JSON. Send it with the header Content-Type: application/json.";
    return refuseRequest(new UnsupportedMediaType({ message }), 415);
  });

const isJson = (contentType: string): boolean =>
  contentType.split(";", 1)[0]?.trim().toLowerCase() === "application/json";

/** A body of no bytes is none, though workerd has a stream for it. */
const hasBody = ({ headers, source }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["content-length"] !== "0" && source instanceof Request && source.body !== null;

/** Implementation-defined server error (JSON-RPC 2.0, section 5.1). */
const serverError = -32000;

/** Answers a request that no endpoint is to see; at the path of the MCP endpoint with a JSON-RPC error. */
export const refuseRequest = (error: Forbidden | UnsupportedMediaType, status: number) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ url }) => {
    if (surfaceOf(url) !== "mcp") return Effect.succeed(respond(error, status));
    const { message } = error;
    const body = { jsonrpc: "2.0", error: { code: serverError, message }, id: null };
    return Effect.as(
      Effect.annotateCurrentSpan("http.route", mcpRouteOf(pathOf(url))),
      HttpServerResponse.raw(Response.json(body, { status }), {
        status,
        contentType: "application/json;charset=utf-8",
      }),
    );
  });

/**
 * A client that closes the connection ends its own stream; the handler itself runs to its end. The router also matches spellings
 * of the path, such as one with a slash at its end, which are no route.
 */
const mcpRoute = (handle: WebHandler) =>
  HttpApiBuilder.Router.use((router) =>
    Effect.forEach(["/mcp", "/mcp/:toolkit"] as const, (route) =>
      router.all(
        route,
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest;
          if (mcpRouteOf(pathOf(request.url)) !== route) {
            yield* Effect.annotateCurrentSpan("http.route", undefined);
            return yield* new HttpServerError.RouteNotFound({ request });
          }
          const web = yield* HttpServerRequest.toWeb(request);
          const response = yield* Effect.withFiberRuntime<Response>((fiber) =>
            Effect.promise(() => carrySpan(spanOf(fiber), () => handle(web))),
          );
          const { headers, status } = response;
          return HttpServerResponse.raw(response, { status, headers });
        }),
        { uninterruptible: true },
      ),
    ),
  );

/** nginx's status for a client that closed the connection before the response; HTTP itself has none. */
const clientClosedRequest = 499;

/** Records every request once, in its span and under the template of its route; a request without a route has no such label. */
const measured = <R>(app: HttpApp.Default<never, R>): HttpApp.Default<never, R> =>
  Effect.flatMap(
    Effect.all([HttpServerRequest.HttpServerRequest, currentTracer]),
    ([request, tracer]) => {
      const started = performance.now();
      const span = beginRequestSpan(tracer, request);
      const record = (status: number) =>
        httpServerRequestDuration.record((performance.now() - started) / 1000, {
          "http.request.method": httpMethodLabel(request.method),
          "http.route": routeOf(span),
          "http.response.status_code": String(status),
          "url.scheme": schemeOf(request),
          "error.type": status >= 500 ? String(status) : undefined,
        });
      return app.pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            record(Exit.isSuccess(exit) ? exit.value.status : clientClosedRequest);
            endRequestSpan(span, request, exit);
          }),
        ),
        below(span),
      );
    },
  );
