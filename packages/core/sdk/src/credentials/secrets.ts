import { Context, Effect, Layer } from "effect";
import { SecretStore } from "./secret-store.ts";
import type { SecretRow } from "./secret-rows.ts";
import { secretUses } from "./secret-uses.ts";
import { SourceRows } from "../sources/source-rows.ts";
import type { StoredSource } from "../sources/source-rows.ts";
import { Secret, SecretInUse, SecretNotFound } from "./secret.ts";
import type { NewSecret } from "./secret.ts";
import type { SecretName } from "../model/secret-reference.ts";

/**
 * Values that sources need: encrypted at rest, given out to nobody, and each bound to the origins it may be sent to. A
 * source's headers and environment refer to them by name.
 */
export class Secrets extends Context.Tag("@executor/sdk/Secrets")<
  Secrets,
  {
    readonly list: Effect.Effect<ReadonlyArray<Secret>>;
    /** Adds a secret, or gives it a new value and new origins; calls from then on have the new value. */
    readonly put: (name: SecretName, secret: NewSecret) => Effect.Effect<Secret>;
    /** Refused while a source refers to it. */
    readonly remove: (name: string) => Effect.Effect<void, SecretNotFound | SecretInUse>;
  }
>() {
  static readonly layer = Layer.effect(
    Secrets,
    Effect.gen(function* () {
      const store = yield* SecretStore;
      const sources = yield* SourceRows;

      const put = Effect.fn("Secrets.put")(function* (name: SecretName, secret: NewSecret) {
        const row = yield* store.put(name, secret);
        return toSecret(row, yield* sources.all);
      });

      const remove = Effect.fn("Secrets.remove")(function* (name: string) {
        const row = (yield* store.rows).find((stored) => stored.name === name);
        if (row === undefined) {
          return yield* new SecretNotFound({
            message: `There is no secret ${name.slice(0, 100)}. List the secrets to see which there are.`,
          });
        }
        const { usedBy } = toSecret(row, yield* sources.all);
        if (usedBy.length > 0) {
          return yield* new SecretInUse({
            message: `The secret ${name} is used by ${usedBy.join(", ")}. Remove what uses it first, or put another value.`,
          });
        }
        yield* store.remove(name);
      });

      return {
        list: Effect.zipWith(store.rows, sources.all, (rows, all) =>
          rows.map((row) => toSecret(row, all)),
        ),
        put,
        remove,
      };
    }),
  );
}

const toSecret = (row: SecretRow, sources: ReadonlyArray<StoredSource>): Secret =>
  new Secret({
    name: row.name,
    origins: row.origins,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    usedBy: sources
      .filter(({ settings }) => secretUses(settings).has(row.name))
      .map(({ namespace }) => namespace),
  });
