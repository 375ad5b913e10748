import * as SqlClient from "@effect/sql/SqlClient";
import { Context, DateTime, Effect, Layer, PubSub, Redacted, Schema } from "effect";
import { makeCache } from "../cache.ts";
import { SecretName } from "../model/source.ts";
import type { NewSecret } from "./secret.ts";
import { Vault } from "./vault.ts";

const SecretRow = Schema.Struct({
  name: SecretName,
  origins: Schema.parseJson(Schema.Array(Schema.String)),
  sealed: Schema.String,
  created_at: Schema.DateTimeUtcFromNumber,
  updated_at: Schema.DateTimeUtcFromNumber,
});
export type SecretRow = typeof SecretRow.Type;

/** A secret with its value, which nobody is shown. */
export interface StoredSecret {
  readonly value: Redacted.Redacted;
  readonly origins: ReadonlyArray<string>;
}

/**
 * The `secrets` table. Values in use stay in memory, so that a call costs no decryption. A row that does not decode, or a
 * failing database, is a defect.
 */
export class SecretStore extends Context.Tag("@executor/sdk/SecretStore")<
  SecretStore,
  Effect.Effect.Success<typeof make>
>() {
  static readonly layer = Layer.effect(
    SecretStore,
    Effect.suspend(() => make),
  );
}

/** Secrets whose values stay in memory. */
const capacity = 1_000;

const decodeRows = Schema.decodeUnknown(Schema.Array(SecretRow));
const encodeRow = Schema.encode(SecretRow);

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const vault = yield* Vault;
  const changes = yield* PubSub.unbounded<string>();
  let changeCount = 0;
  const version = () => changeCount;

  const findRow = (name: string) =>
    sql`SELECT * FROM secrets WHERE name = ${name}`.pipe(
      Effect.flatMap(decodeRows),
      Effect.map(([row]) => row),
      Effect.orDie,
    );

  const find = yield* makeCache({
    capacity,
    version,
    lookup: Effect.fn("SecretStore.read")(function* (name: SecretName) {
      const row = yield* findRow(name);
      if (row === undefined) return undefined;
      const value = yield* vault.open(row.sealed, secretSubject(name, row.origins));
      const secret: StoredSecret = { value: Redacted.make(value), origins: row.origins };
      return secret;
    }),
  });

  /** Makes a stored change hold, even if the client that asked for it disconnects: from then on nothing uses the old value. */
  const commit = (name: string, change: Effect.Effect<unknown, unknown>) =>
    change.pipe(
      Effect.orDie,
      Effect.zipRight(
        Effect.suspend(() => {
          changeCount += 1;
          return PubSub.publish(changes, name);
        }),
      ),
      Effect.uninterruptible,
    );

  const put = Effect.fn("SecretStore.put")(function* (name: SecretName, secret: NewSecret) {
    const origins = [...new Set(secret.origins)];
    const now = yield* DateTime.now;
    const created_at = (yield* findRow(name))?.created_at ?? now;
    const sealed = yield* vault.seal(Redacted.value(secret.value), secretSubject(name, origins));
    const row: SecretRow = { name, origins, sealed, created_at, updated_at: now };
    const encoded = yield* Effect.orDie(encodeRow(row));
    yield* commit(
      name,
      sql`INSERT INTO secrets ${sql.insert(encoded)}
          ON CONFLICT (name) DO UPDATE SET origins = excluded.origins, sealed = excluded.sealed,
            updated_at = excluded.updated_at`,
    );
    return row;
  });

  return {
    /** Names of secrets that were removed, or put again with another value or other origins. */
    changes,
    /** Number of changes so far. */
    version,
    rows: sql`SELECT * FROM secrets ORDER BY name`.pipe(Effect.flatMap(decodeRows), Effect.orDie),
    find,
    put,
    remove: (name: string) => commit(name, sql`DELETE FROM secrets WHERE name = ${name}`),
  };
});

/** Binds a value to its name and origins: neither can be exchanged in the database. */
export const secretSubject = (name: string, origins: ReadonlyArray<string>): string =>
  `secret ${JSON.stringify([name, ...origins])}`;
