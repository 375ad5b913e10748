import { HttpApi, HttpApiBuilder, HttpServer } from "@effect/platform";
import { makeWebHandler, ReadableDecodeErrors } from "@executor/api";
import { Effect, Layer } from "effect";
import { KeysApi } from "./api.ts";
import { Keys, makeKeys } from "./keys.ts";
import type { KeysOwner } from "./keys.ts";

const Api = HttpApi.make("keys").add(KeysApi);

const KeysHandlers = HttpApiBuilder.group(Api, "keys", (handlers) =>
  Effect.map(Keys, (keys) =>
    handlers
      .handle("list", () => keys.list)
      .handle("create", ({ payload }) => keys.create(payload))
      .handle("revoke", ({ path }) => keys.revoke(path.id)),
  ),
);

/** Answers one request about keys. Built for each, since nothing of a request may outlive it here. */
export const answerKeys = (owner: KeysOwner, request: Request): Promise<Response> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(
        makeWebHandler(
          HttpApiBuilder.api(Api).pipe(
            Layer.provide(KeysHandlers),
            Layer.provide(Layer.succeed(Keys, makeKeys(owner))),
            Layer.merge(ReadableDecodeErrors),
            Layer.merge(HttpServer.layerContext),
          ),
          (app) => app,
        ),
        (handle) => Effect.promise(() => handle(request)),
      ),
    ),
  );
