import { HttpApi, HttpApiBuilder } from "@effect/platform";
import { Forbidden, makeWebHandler } from "@executor/api";
import { InvalidCursor, ToolkitNotFound } from "@executor/sdk/schemas";
import { DateTime, Effect, Layer, Schema } from "effect";
import { maxFormBytes, withBoundedBody } from "../auth/answer-auth.ts";
import type { KeyDatabase } from "../environment.ts";
import { logger } from "../telemetry/logging.ts";
import { KeyNotFound, KeysApi, MadeKey, TooManyKeys } from "./api.ts";
import type { Key } from "./api.ts";
import { KeyPosition, maxKeys, StoredKeys } from "./stored-keys.ts";

const Api = HttpApi.make("keys").add(KeysApi);

interface KeysOwner {
  readonly database: KeyDatabase;
  readonly organization: string;
  readonly userId: string;
  /** Whether the organization has a toolkit of this name. */
  readonly hasToolkit: (name: string) => Promise<boolean>;
}

/** Answers one request about keys. The handler is built for each, since nothing of a request may outlive it here. */
export const answerKeys = async (owner: KeysOwner, request: Request): Promise<Response> => {
  const bounded = await withBoundedBody(request, maxFormBytes);
  if (bounded instanceof Response) return bounded;
  return makeWebHandler(Layer.provide(HttpApiBuilder.api(Api), keysHandlers(owner))).pipe(
    Effect.flatMap((handle) => Effect.promise(() => handle(bounded))),
    Effect.scoped,
    Effect.provide(logger),
    Effect.runPromise,
  );
};

/** Handlers of the keys of one organization, for one of its owners or admins. */
const keysHandlers = ({ database, organization, userId, hasToolkit }: KeysOwner) => {
  const keys = new StoredKeys(database, organization);
  const get = (id: string) =>
    Effect.filterOrFail(
      Effect.promise(() => keys.get(id)),
      (key) => key !== undefined,
      () => notFound(id),
    );

  return HttpApiBuilder.group(Api, "keys", (handlers) =>
    handlers
      .handle("list", ({ urlParams: { cursor, limit } }) =>
        Effect.gen(function* () {
          const after = cursor === undefined ? undefined : yield* decodeCursor(cursor);
          const found = yield* Effect.promise(() => keys.page(limit + 1, after));
          const items = found.slice(0, limit);
          const last = found.length > limit ? items.at(-1) : undefined;
          return { items, nextCursor: last === undefined ? null : cursorAfter(last) };
        }),
      )
      .handle("create", ({ payload }) =>
        Effect.gen(function* () {
          const { toolkit } = payload;
          if (toolkit !== undefined && !(yield* Effect.promise(() => hasToolkit(toolkit)))) {
            return yield* new ToolkitNotFound({
              message: `The organization has no toolkit ${toolkit}. Add it first.`,
            });
          }
          const made = yield* Effect.promise(() => keys.make(userId, payload));
          if (made === undefined) {
            const message = `The organization has ${maxKeys} keys, which is as many as it may have. Revoke those that are not needed.`;
            return yield* new TooManyKeys({ message, limit: maxKeys });
          }
          return new MadeKey({ ...(yield* Effect.orDie(get(made.id))), key: made.text });
        }),
      )
      .handle("take", ({ path: { id } }) =>
        Effect.gen(function* () {
          if (!(yield* Effect.promise(() => keys.isOwner(userId)))) {
            return yield* new Forbidden({
              message: "Only an owner of the organization takes keys.",
            });
          }
          yield* Effect.promise(() => keys.take(id, userId));
          return yield* get(id);
        }),
      )
      .handle("revoke", ({ path: { id } }) =>
        Effect.gen(function* () {
          if (!(yield* Effect.promise(() => keys.revoke(id)))) return yield* notFound(id);
        }),
      ),
  );
};

const maxShownId = 100;

const notFound = (id: string): KeyNotFound =>
  new KeyNotFound({ message: `The organization has no key ${id.slice(0, maxShownId)}.` });

const Cursor = Schema.compose(Schema.StringFromBase64Url, Schema.parseJson(KeyPosition));
const encode = Schema.encodeSync(Cursor);
const decode = Schema.decode(Cursor);

const cursorAfter = ({ createdAt, id }: Key): string =>
  encode({ createdAt: DateTime.formatIso(createdAt), id });

const decodeCursor = (text: string) =>
  Effect.mapError(
    decode(text),
    () =>
      new InvalidCursor({
        message:
          "The cursor does not come from a page of keys. Leave it out to begin at the first page.",
      }),
  );
