import { HttpApi, HttpApiBuilder } from "@effect/platform";
import { makeWebHandler } from "@executor/api";
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

/** Answers one request about keys. The handler is built for each, since nothing of a request may outlive it here. */
export const answerKeys = (owner: KeysOwner, request: Request): Promise<Response> =>
  HttpApiBuilder.api(Api).pipe(
    Layer.provide(KeysHandlers),
    Layer.provide(Layer.succeed(Keys, makeKeys(owner))),
    (api) => makeWebHandler(api),
    Effect.flatMap((handle) => Effect.promise(() => handle(request))),
    Effect.scoped,
    Effect.runPromise,
  );
