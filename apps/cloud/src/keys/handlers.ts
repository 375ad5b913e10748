import { HttpApi, HttpApiBuilder } from "@effect/platform";
import { makeWebHandler } from "@executor/api";
import { DateTime, Effect, Layer, Schema } from "effect";
import { keyKind } from "../auth/better-auth.ts";
import type { Auth } from "../auth/better-auth.ts";
import { fromStatements, toStatements } from "../auth/permissions.ts";
import { Key, KeyNotFound, KeysApi, MadeKey } from "./api.ts";

const Api = HttpApi.make("keys").add(KeysApi);

const daySeconds = 24 * 60 * 60;
const maxKeys = 100;

const Time = Schema.NullOr(Schema.DateFromSelf);
const Stored = Schema.Struct({
  id: Schema.String,
  name: Schema.NullOr(Schema.String),
  permissions: Schema.NullishOr(
    Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) }),
  ),
  createdAt: Schema.DateFromSelf,
  expiresAt: Time,
  lastRequest: Schema.optionalWith(Time, { default: () => null }),
});
const decodeStored = Schema.decodeUnknown(Stored);

interface KeysOwner {
  readonly auth: Auth;
  readonly organization: string;
  readonly userId: string;
  /** Headers of the request, with the session. */
  readonly headers: Headers;
}

/** Answers one request about keys. The handler is built for each, since nothing of a request may outlive it here. */
export const answerKeys = (owner: KeysOwner, request: Request): Promise<Response> =>
  makeWebHandler(Layer.provide(HttpApiBuilder.api(Api), keysHandlers(owner))).pipe(
    Effect.flatMap((handle) => Effect.promise(() => handle(request))),
    Effect.scoped,
    Effect.runPromise,
  );

/** Handlers of the keys of one organization, for one of its owners or admins. */
const keysHandlers = ({ auth, headers, organization, userId }: KeysOwner) => {
  const list = Effect.promise(() =>
    auth.api.listApiKeys({
      headers,
      query: { configId: keyKind, organizationId: organization, limit: maxKeys },
    }),
  ).pipe(
    Effect.flatMap(({ apiKeys }) => Effect.forEach(apiKeys, (stored) => decodeStored(stored))),
    Effect.orDie,
  );

  return HttpApiBuilder.group(Api, "keys", (handlers) =>
    handlers
      .handle("list", () => Effect.map(list, (all) => all.map(toKey)))
      .handle("create", ({ payload: { expiresInDays, name, permissions } }) =>
        Effect.gen(function* () {
          const made = yield* Effect.promise(() =>
            auth.api.createApiKey({
              body: {
                configId: keyKind,
                organizationId: organization,
                userId,
                name,
                permissions: toStatements(permissions),
                expiresIn: expiresInDays === undefined ? undefined : expiresInDays * daySeconds,
              },
            }),
          );
          return new MadeKey({ ...toKey(yield* decodeStored(made)), key: made.key });
        }).pipe(Effect.orDie),
      )
      .handle("revoke", ({ path: { id } }) =>
        Effect.gen(function* () {
          const known = yield* list;
          if (!known.some((key) => key.id === id)) {
            return yield* new KeyNotFound({
              message: `The organization has no key ${id.slice(0, 100)}.`,
            });
          }
          yield* Effect.promise(() =>
            auth.api.deleteApiKey({ headers, body: { configId: keyKind, keyId: id } }),
          );
        }),
      ),
  );
};

const toKey = (stored: typeof Stored.Type): Key =>
  new Key({
    id: stored.id,
    name: stored.name,
    permissions: fromStatements(stored.permissions),
    createdAt: DateTime.unsafeFromDate(stored.createdAt),
    expiresAt: stored.expiresAt === null ? null : DateTime.unsafeFromDate(stored.expiresAt),
    lastUsedAt: stored.lastRequest === null ? null : DateTime.unsafeFromDate(stored.lastRequest),
  });
