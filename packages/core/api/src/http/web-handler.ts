import { HttpApiBuilder, HttpApp } from "@effect/platform";
import type { HttpApi, HttpRouter } from "@effect/platform";
import { Effect, Layer } from "effect";
import type { Scope } from "effect";
import { measured } from "./measured.ts";
import { answerUnexpected } from "./unexpected.ts";

/** Stands in front of every route: lets a request through to `app`, or answers it itself. */
export type Gate = <R>(app: HttpApp.Default<never, R>) => HttpApp.Default<never, R>;

/**
 * Builds the API and gives it as a function from web requests to web responses: measured, every failure answered.
 * Closing the scope closes the layer.
 */
export const makeWebHandler = <E>(
  api: Layer.Layer<HttpApi.Api | HttpRouter.HttpRouter.DefaultServices, E>,
  gate: Gate,
): Effect.Effect<(request: Request) => Promise<Response>, E, Scope.Scope> =>
  Effect.gen(function* () {
    const runtime = yield* Layer.toRuntime(
      Layer.mergeAll(api, HttpApiBuilder.Router.Live, HttpApiBuilder.Middleware.layer),
    );
    const app = yield* Effect.provide(HttpApiBuilder.httpApp, runtime);
    const router = yield* Effect.provide(HttpApiBuilder.Router.router, runtime);
    return HttpApp.toWebHandlerRuntime(runtime)(measured(gate(answerUnexpected(app, router))));
  });
