import { SqlClient } from "@effect/sql";
import { Context, DateTime, Effect, Layer, Schema } from "effect";
import { Namespace, Source, SourceKind, SourceSettings } from "../model/source.ts";
import { shownUrl } from "./shown-url.ts";
import { settingsSubject, Vault } from "../credentials/vault.ts";

const fields = {
  namespace: Namespace,
  kind: SourceKind,
  name: Schema.String,
  url: Schema.NullOr(Schema.String),
  enabled: Schema.transform(Schema.Number, Schema.Boolean, {
    strict: true,
    decode: (stored) => stored !== 0,
    encode: (enabled) => (enabled ? 1 : 0),
  }),
  refreshed_at: Schema.NullOr(Schema.DateTimeUtcFromNumber),
  last_error: Schema.NullOr(Schema.String),
};

/** As in the table. The settings are one sealed text: headers and environment hold credentials, and URLs and arguments may. */
const TableRow = Schema.Struct({ ...fields, settings: Schema.String });
const CountedTableRow = Schema.Struct({ ...TableRow.fields, tool_count: Schema.Int });

export interface SourceRow extends Omit<typeof TableRow.Type, "settings"> {
  readonly settings: SourceSettings;
}

/** As it is stored. */
type SealedRow = typeof TableRow.Encoded;

export interface StoredSource extends SourceRow {
  readonly tool_count: number;
}

const decodeRows = Schema.decodeUnknown(Schema.Array(CountedTableRow));
const encodeRow = Schema.encode(TableRow);
const decodeSettings = Schema.decode(Schema.parseJson(SourceSettings));
const encodeSettings = Schema.encode(Schema.parseJson(SourceSettings));

/** The source as operators see it: header values stay inside. */
export const toSource = (stored: StoredSource): Source =>
  new Source({
    namespace: stored.namespace,
    kind: stored.kind,
    name: stored.name,
    url: stored.url === null ? null : shownUrl(stored.url),
    enabled: stored.enabled,
    toolCount: stored.tool_count,
    headerNames: Object.keys(stored.settings.headers),
    refreshedAt: stored.refreshed_at,
    lastError: stored.last_error,
  });

/** Reads and writes of the `sources` table. A row that does not decode, or a failing database, is a defect. */
export class SourceRows extends Context.Tag("@executor/sdk/internal/SourceRows")<
  SourceRows,
  Effect.Effect.Success<typeof make>
>() {
  static readonly layer = Layer.effect(
    SourceRows,
    Effect.suspend(() => make),
  );
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const vault = yield* Vault;
  const selected = sql.literal(
    "SELECT sources.*, (SELECT count(*) FROM tools WHERE tools.namespace = sources.namespace) AS tool_count FROM sources",
  );

  /** What was opened last, by namespace: so that finding a source again costs no decryption. */
  const opened = new Map<string, { readonly sealed: string; readonly settings: SourceSettings }>();

  const openRow = (row: typeof CountedTableRow.Type) =>
    Effect.suspend(() => {
      const { namespace, settings: sealed } = row;
      const known = opened.get(namespace);
      if (known?.sealed === sealed) return Effect.succeed({ ...row, settings: known.settings });
      return vault.open(sealed, settingsSubject(namespace)).pipe(
        Effect.flatMap(decodeSettings),
        Effect.map((settings): StoredSource => {
          opened.set(namespace, { sealed, settings });
          return { ...row, settings };
        }),
      );
    });

  const openAll = (rows: unknown) => Effect.flatMap(decodeRows(rows), Effect.forEach(openRow));

  return {
    all: sql`${selected} ORDER BY namespace`.pipe(Effect.flatMap(openAll), Effect.orDie),

    find: (namespace: string) =>
      sql`${selected} WHERE namespace = ${namespace}`.pipe(
        Effect.flatMap(openAll),
        Effect.map((rows) => rows[0]),
        Effect.orDie,
      ),

    exists: (namespace: string) =>
      sql`SELECT namespace FROM sources WHERE namespace = ${namespace}`.pipe(
        Effect.map((rows) => rows.length > 0),
        Effect.orDie,
      ),

    /** The row as it is stored. Encryption takes a moment, and a transaction must not wait: so it comes before one. */
    seal: (row: SourceRow) =>
      encodeSettings(row.settings).pipe(
        Effect.flatMap((text) => vault.seal(text, settingsSubject(row.namespace))),
        Effect.flatMap((settings) => encodeRow({ ...row, settings })),
        Effect.orDie,
      ),

    insert: (row: SealedRow) => Effect.orDie(sql`INSERT INTO sources ${sql.insert(row)}`),

    update: (row: SealedRow) =>
      Effect.orDie(
        sql`UPDATE sources SET ${sql.update(row, ["namespace"])} WHERE namespace = ${row.namespace}`,
      ),

    /** The description was read; whether the source is still there. */
    setRefreshed: (namespace: Namespace, url: string, at: DateTime.Utc) =>
      sql`UPDATE sources
          SET url = ${url}, refreshed_at = ${DateTime.toEpochMillis(at)}, last_error = NULL
          WHERE namespace = ${namespace} RETURNING namespace`.pipe(
        Effect.map((rows) => rows.length > 0),
        Effect.orDie,
      ),

    setLastError: (namespace: Namespace, message: string) =>
      Effect.orDie(sql`UPDATE sources SET last_error = ${message} WHERE namespace = ${namespace}`),

    remove: (namespace: Namespace) =>
      Effect.orDie(
        Effect.tap(sql`DELETE FROM sources WHERE namespace = ${namespace}`, () =>
          Effect.sync(() => opened.delete(namespace)),
        ),
      ),
  };
});
