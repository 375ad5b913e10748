import { Context, Effect, Layer } from "effect";
import type { Namespace, SecretName } from "../model/source.ts";
import { SecretInUse, SecretNotFound } from "./secret.ts";
import type { NewSecret, Secret } from "./secret.ts";
import { SecretStore } from "./secret-store.ts";
import type { SecretRow } from "./secret-store.ts";

/** Lookup of the sources whose headers or environment refer to a secret. */
export class SecretUsage extends Context.Tag("@executor/sdk/SecretUsage")<
  SecretUsage,
  Effect.Effect<(name: SecretName) => ReadonlyArray<Namespace>>
>() {}

/**
 * Values that sources need: encrypted at rest, shown to nobody, and each bound to the origins that it may be sent to. A
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
      const usage = yield* SecretUsage;

      const put = Effect.fn("Secrets.put")(function* (name: SecretName, secret: NewSecret) {
        const row = yield* store.put(name, secret);
        return toSecret(row, (yield* usage)(name));
      });

      const remove = Effect.fn("Secrets.remove")(function* (name: string) {
        const row = (yield* store.rows).find((stored) => stored.name === name);
        if (row === undefined) {
          return yield* new SecretNotFound({
            message: `There is no secret ${name.slice(0, 100)}. List the secrets to see their names.`,
          });
        }
        const usedBy = (yield* usage)(row.name);
        if (usedBy.length > 0) {
          return yield* new SecretInUse({
            message: `The secret ${name} is used by ${usedBy.join(", ")}. Remove those sources first, or put another value.`,
          });
        }
        yield* store.remove(name);
      });

      return {
        list: Effect.zipWith(store.rows, usage, (rows, usedBy) =>
          rows.map((row) => toSecret(row, usedBy(row.name))),
        ),
        put,
        remove,
      };
    }),
  );
}

const toSecret = (row: SecretRow, usedBy: ReadonlyArray<Namespace>): Secret => ({
  name: row.name,
  origins: row.origins,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  usedBy,
});
