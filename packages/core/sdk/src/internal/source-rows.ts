import { SqlClient } from "@effect/sql";
import { Effect, Schema } from "effect";
import { Namespace, Source, SourceKind, SourceSettings } from "../source.ts";

const SourceRow = Schema.Struct({
  namespace: Namespace,
  kind: SourceKind,
  name: Schema.String,
  url: Schema.NullOr(Schema.String),
  enabled: Schema.transform(Schema.Number, Schema.Boolean, {
    strict: true,
    decode: (stored) => stored !== 0,
    encode: (enabled) => (enabled ? 1 : 0),
  }),
  settings: Schema.parseJson(SourceSettings),
  refreshed_at: Schema.NullOr(Schema.DateTimeUtcFromNumber),
  last_error: Schema.NullOr(Schema.String),
});
export type SourceRow = typeof SourceRow.Type;

const StoredSource = Schema.Struct({ ...SourceRow.fields, tool_count: Schema.Int });
export type StoredSource = typeof StoredSource.Type;

const decodeStored = Schema.decodeUnknown(Schema.Array(StoredSource));
const encodeRow = Schema.encode(SourceRow);

/** The source as operators see it: header values stay inside. */
export const toSource = (stored: StoredSource): Source =>
  new Source({
    namespace: stored.namespace,
    kind: stored.kind,
    name: stored.name,
    url: stored.url,
    enabled: stored.enabled,
    toolCount: stored.tool_count,
    headerNames: Object.keys(stored.settings.headers),
    refreshedAt: stored.refreshed_at,
    lastError: stored.last_error,
  });

/** Reads and writes of the `sources` table. A row that does not decode, or a failing database, is a defect. */
export const sourceRows = Effect.map(SqlClient.SqlClient, (sql) => {
  const selected = sql.literal(
    "SELECT sources.*, (SELECT count(*) FROM tools WHERE tools.namespace = sources.namespace) AS tool_count FROM sources",
  );
  return {
    all: sql`${selected} ORDER BY namespace`.pipe(Effect.flatMap(decodeStored), Effect.orDie),

    find: (namespace: string) =>
      sql`${selected} WHERE namespace = ${namespace}`.pipe(
        Effect.flatMap(decodeStored),
        Effect.map((rows) => rows[0]),
        Effect.orDie,
      ),

    insert: (row: SourceRow) =>
      Effect.orDie(
        Effect.flatMap(
          encodeRow(row),
          (encoded) => sql`INSERT INTO sources ${sql.insert(encoded)}`,
        ),
      ),

    update: (row: SourceRow) =>
      Effect.orDie(
        Effect.flatMap(
          encodeRow(row),
          (encoded) =>
            sql`UPDATE sources SET ${sql.update(encoded, ["namespace"])} WHERE namespace = ${row.namespace}`,
        ),
      ),

    setLastError: (namespace: Namespace, message: string) =>
      Effect.orDie(sql`UPDATE sources SET last_error = ${message} WHERE namespace = ${namespace}`),

    remove: (namespace: Namespace) =>
      Effect.orDie(sql`DELETE FROM sources WHERE namespace = ${namespace}`),
  };
});
