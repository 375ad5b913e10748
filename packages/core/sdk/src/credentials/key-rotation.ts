import * as SqlClient from "@effect/sql/SqlClient";
import { Effect, Schema } from "effect";
import { secretSubject } from "./secret-store.ts";
import { checkSubject, rewriteDatabase, sealWith, settingsSubject, Vault } from "./vault.ts";

const Rows = Schema.Array(
  Schema.Struct({
    id: Schema.String,
    sealed: Schema.String,
    origins: Schema.parseJson(Schema.Array(Schema.String)),
  }),
);
const decodeRows = Schema.decodeUnknown(Rows);

/** Numbers of secrets and of sources whose texts were sealed anew. */
export interface KeyRotation {
  readonly secrets: number;
  readonly sources: number;
}

/**
 * Seals every secret and the settings of every source with another key, in one transaction: from then on `to` alone opens the
 * database. Fails, and changes nothing, if the database was written with another key than the current one. Nobody else may use the
 * database meanwhile.
 */
export const rotateSecretKey = (to: CryptoKey) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient;
    const vault = yield* Vault;
    // Encryption takes a moment, and a transaction must not wait, so it comes before the transaction.
    const reseal = (
      rows: ReadonlyArray<unknown>,
      subjectOf: (id: string, origins: ReadonlyArray<string>) => string,
    ) =>
      Effect.flatMap(
        decodeRows(rows),
        Effect.forEach(({ id, sealed, origins }) => {
          const subject = subjectOf(id, origins);
          return Effect.flatMap(vault.open(sealed, subject), (text) =>
            Effect.map(sealWith(to, text, subject), (anew) => ({ id, anew })),
          );
        }),
      );
    const secrets = yield* reseal(
      yield* sql`SELECT name AS id, sealed, origins FROM secrets`,
      secretSubject,
    );
    const sources = yield* reseal(
      yield* sql`SELECT namespace AS id, settings AS sealed, '[]' AS origins FROM sources`,
      settingsSubject,
    );
    const check = yield* sealWith(to, "", checkSubject);
    yield* sql.withTransaction(
      Effect.gen(function* () {
        for (const { id, anew } of secrets) {
          yield* sql`UPDATE secrets SET sealed = ${anew} WHERE name = ${id}`;
        }
        for (const { id, anew } of sources) {
          yield* sql`UPDATE sources SET settings = ${anew} WHERE namespace = ${id}`;
        }
        yield* sql`UPDATE key_check SET sealed = ${check}`;
      }),
    );
    yield* rewriteDatabase(sql);
    const rotation: KeyRotation = { secrets: secrets.length, sources: sources.length };
    return rotation;
  }).pipe(Effect.orDie, Effect.provide(Vault.layer));
