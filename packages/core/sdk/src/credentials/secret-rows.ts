import { SqlClient } from "@effect/sql";
import { Effect, Schema } from "effect";
import { SecretName } from "../model/secret-reference.ts";

const SecretRow = Schema.Struct({
  name: SecretName,
  origins: Schema.parseJson(Schema.Array(Schema.String)),
  sealed: Schema.String,
  created_at: Schema.DateTimeUtcFromNumber,
  updated_at: Schema.DateTimeUtcFromNumber,
});
export type SecretRow = typeof SecretRow.Type;

const decodeRows = Schema.decodeUnknown(Schema.Array(SecretRow));
const encodeRow = Schema.encode(SecretRow);

/** Reads and writes of the `secrets` table. A row that does not decode, or a failing database, is a defect. */
export const secretRows = Effect.map(SqlClient.SqlClient, (sql) => ({
  all: sql`SELECT * FROM secrets ORDER BY name`.pipe(Effect.flatMap(decodeRows), Effect.orDie),

  find: (name: string) =>
    sql`SELECT * FROM secrets WHERE name = ${name}`.pipe(
      Effect.flatMap(decodeRows),
      Effect.map((rows) => rows[0]),
      Effect.orDie,
    ),

  /** Leaves `created_at` of a row that is there as it is. */
  put: (row: SecretRow) =>
    Effect.orDie(
      Effect.flatMap(
        encodeRow(row),
        (encoded) => sql`INSERT INTO secrets ${sql.insert(encoded)}
          ON CONFLICT (name) DO UPDATE SET origins = excluded.origins, sealed = excluded.sealed,
            updated_at = excluded.updated_at`,
      ),
    ),

  remove: (name: string) => Effect.orDie(sql`DELETE FROM secrets WHERE name = ${name}`),
}));
