import * as SqlClient from "@effect/sql/SqlClient";
import { Context, Data, DateTime, Effect, Layer, Schema } from "effect";
import { makeCache } from "../cache.ts";
import { secretsOf } from "../credentials/resolve-settings.ts";
import { SecretUsage } from "../credentials/secrets.ts";
import { SourceWarning } from "../model/description.ts";
import {
  Namespace,
  shownUrl,
  Source,
  SourceDetails,
  SourceKind,
  SourceSettings,
} from "../model/source.ts";
import { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { settingsSubject, Vault } from "../credentials/vault.ts";
import type { ReadSource } from "./source-access.ts";
import { readyState, StoredState } from "./state-changes.ts";

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
  /** `null` where the description was read, and nothing failed since. */
  state: Schema.NullOr(Schema.parseJson(StoredState)),
};

const Warnings = Schema.parseJson(Schema.Array(SourceWarning));

/** Row of the table. The settings are one sealed text: headers and environment hold credentials, and URLs and arguments may. */
const TableRow = Schema.Struct({ ...fields, settings: Schema.String });
const CountedTableRow = Schema.Struct({
  ...TableRow.fields,
  tool_count: Schema.Int,
  pending_tool_count: Schema.Int,
  warning_count: Schema.Int,
});

export interface SourceRow extends Omit<typeof TableRow.Type, "settings"> {
  readonly settings: SourceSettings;
}

/** Row as it is stored. */
export type SealedRow = typeof TableRow.Encoded;

export interface StoredSource extends Omit<SourceRow, "state"> {
  readonly state: StoredState;
  /** Tools that do not wait for a review. */
  readonly tool_count: number;
  readonly pending_tool_count: number;
  readonly warning_count: number;
  /** The settings as they are stored: another text after each edit, even one that changes nothing. */
  readonly sealed: string;
}

/** Fields of a source that a call needs. */
export type CallTarget = Pick<
  StoredSource,
  "namespace" | "kind" | "enabled" | "settings" | "sealed" | "state"
> & { readonly url: string };

type SealedSettings = Pick<typeof TableRow.Type, "namespace" | "settings">;

const Said = Schema.Struct({ warnings: Warnings, instructions: Schema.NullOr(Schema.String) });
const decodeSaid = Schema.decodeUnknown(Schema.Array(Said));
const decodeInstructions = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ namespace: Namespace, instructions: Schema.String })),
);
const encodeWarnings = Schema.encodeSync(Warnings);
const decodeRows = Schema.decodeUnknown(Schema.Array(CountedTableRow));
const encodeRow = Schema.encode(TableRow);
const encodeState = Schema.encodeSync(Schema.parseJson(StoredState));
const decodeSettings = Schema.decode(Schema.parseJson(SourceSettings));
const encodeSettings = Schema.encode(Schema.parseJson(SourceSettings));

/** The source as operators see it, without the values of its headers. */
export const toSource = (stored: StoredSource): Source => {
  const { attempts: _, ...state } = stored.state;
  return new Source({
    namespace: stored.namespace,
    kind: stored.kind,
    name: stored.name,
    url: stored.url === null ? null : shownUrl(stored.url),
    enabled: stored.enabled,
    toolCount: stored.tool_count,
    pendingToolCount: stored.pending_tool_count,
    headerNames: Object.keys(stored.settings.headers),
    refreshedAt: stored.refreshed_at,
    state,
    lastError: stored.last_error,
    warningCount: stored.warning_count,
  });
};

/** The source with everything that operators may see of it. */
export const toDetails = (
  stored: StoredSource,
  { instructions, warnings }: typeof Said.Type,
): SourceDetails => {
  const { baseUrl, checkInputs, env, only, overlay, reviewNewWrites, timeoutMs } = stored.settings;
  const { traceContext, transport, url } = stored.settings;
  return new SourceDetails({
    ...toSource(stored),
    descriptionUrl: url === undefined ? null : shownUrl(url),
    baseUrl: baseUrl === undefined ? null : shownUrl(baseUrl),
    transport: transport ?? null,
    envNames: Object.keys(env ?? {}),
    timeoutMs,
    only: only ?? null,
    hasOverlay: overlay !== undefined,
    checkInputs,
    reviewNewWrites,
    traceContext,
    instructions,
    warnings,
  });
};

/** Reads and writes of the `sources` table. A row that does not decode, or a failing database, is a defect. */
export class SourceRows extends Context.Tag("@executor/sdk/SourceRows")<
  SourceRows,
  Effect.Effect.Success<typeof make>
>() {
  static readonly layer = Layer.suspend(() => Layer.effect(SourceRows, make));

  /** The sources that refer to a secret. */
  static readonly layerSecretUsage = Layer.effect(
    SecretUsage,
    Effect.map(SourceRows, (rows) =>
      Effect.map(
        rows.all,
        (all) => (name: string) =>
          all
            .filter(({ settings }) => secretsOf(settings).has(name))
            .map(({ namespace }) => namespace),
      ),
    ),
  );
}

const toolCount = (condition: string) =>
  `(SELECT count(*) FROM tools WHERE tools.namespace = sources.namespace ${condition})`;

/** Sources whose opened settings stay in memory. */
const capacity = 1_000;

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const vault = yield* Vault;
  const catalogue = yield* ToolCatalogue;
  const selected = sql.literal(
    `SELECT namespace, kind, name, url, enabled, settings, refreshed_at, last_error, state, warning_count,
      ${toolCount("")} - ${toolCount("AND pending = 1")} AS tool_count,
      ${toolCount("AND pending = 1")} AS pending_tool_count
    FROM sources`,
  );

  let removals = 0;
  /** Opened once for each sealed text: finding a source repeatedly costs no decryption, and its settings are one object. */
  const open = yield* makeCache({
    capacity,
    version: () => removals,
    lookup: ({ namespace, settings }: SealedSettings) =>
      Effect.flatMap(vault.open(settings, settingsSubject(namespace)), decodeSettings),
  });

  const openRow = (row: typeof CountedTableRow.Type) =>
    Effect.map(
      open(Data.struct({ namespace: row.namespace, settings: row.settings })),
      (settings): StoredSource => ({
        ...row,
        settings,
        sealed: row.settings,
        state: row.state ?? readyState(row.refreshed_at),
      }),
    );

  const openAll = (rows: unknown) => Effect.flatMap(decodeRows(rows), Effect.forEach(openRow));

  const find = (namespace: string) =>
    sql`${selected} WHERE namespace = ${namespace}`.pipe(
      Effect.flatMap(openAll),
      Effect.map(([row]) => row),
      Effect.orDie,
    );

  let stateChanges = 0;
  const target = yield* makeCache({
    capacity,
    version: () => catalogue.version() + stateChanges,
    lookup: (namespace: Namespace) =>
      Effect.map(find(namespace), (source): CallTarget | undefined =>
        source === undefined ? undefined : { ...source, url: source.url ?? "" },
      ),
  });

  return {
    all: sql`${selected} ORDER BY namespace`.pipe(Effect.flatMap(openAll), Effect.orDie),

    find,

    /** The source that calls of its tools use, kept until a source changes. */
    target,

    exists: (namespace: string) =>
      sql`SELECT namespace FROM sources WHERE namespace = ${namespace}`.pipe(
        Effect.map((rows) => rows.length > 0),
        Effect.orDie,
      ),

    /** The row to store. Encryption takes a moment, and a transaction must not wait, so it comes before the transaction. */
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

    /** What the last reading of a source's description said, beside its tools. */
    said: (namespace: Namespace) =>
      sql`SELECT warnings, instructions FROM sources WHERE namespace = ${namespace}`.pipe(
        Effect.flatMap(decodeSaid),
        Effect.map(([row]) => row ?? { warnings: [], instructions: null }),
        Effect.orDie,
      ),

    /** The instructions of the sources that have some. */
    instructions:
      sql`SELECT namespace, instructions FROM sources WHERE instructions IS NOT NULL`.pipe(
        Effect.flatMap(decodeInstructions),
        Effect.map((all) => new Map(all.map((each) => [each.namespace, each.instructions]))),
        Effect.orDie,
      ),

    /** Records that the description was read. A source that waited for that has its title from now on. */
    setRead: (
      namespace: Namespace,
      { instructions, name, url, warnings, warningCount }: ReadSource,
      at: DateTime.Utc,
    ) =>
      Effect.orDie(sql`UPDATE sources
          SET url = ${url}, refreshed_at = ${DateTime.toEpochMillis(at)}, last_error = NULL,
            name = CASE WHEN refreshed_at IS NULL AND name = namespace THEN ${name} ELSE name END,
            state = CASE WHEN state ->> 'status' = 'ready' THEN state
              WHEN state IS NULL THEN NULL ELSE ${encodeState(readyState(at))} END,
            warnings = ${encodeWarnings(warnings)}, warning_count = ${warningCount},
            instructions = ${instructions ?? null}
          WHERE namespace = ${namespace}`),

    /** Replaces what an operator set. */
    setSettings: ({ namespace, name, enabled, settings, url }: SealedRow) =>
      Effect.orDie(sql`UPDATE sources
          SET name = ${name}, enabled = ${enabled}, settings = ${settings},
            url = CASE WHEN refreshed_at IS NULL THEN ${url} ELSE url END
          WHERE namespace = ${namespace}`),

    /** Whether the source still has these settings: it was neither removed nor edited meanwhile. */
    isCurrent: ({ namespace, sealed }: Pick<StoredSource, "namespace" | "sealed">) =>
      sql`SELECT namespace FROM sources WHERE namespace = ${namespace} AND settings = ${sealed}`.pipe(
        Effect.map((rows) => rows.length > 0),
        Effect.orDie,
      ),

    /** Records a state, and why the description could not be read where it is its reason; not if the settings changed meanwhile. */
    setState: (
      { namespace, sealed }: Pick<StoredSource, "namespace" | "sealed">,
      state: StoredState,
      isReading: boolean,
    ) =>
      sql`UPDATE sources SET state = ${encodeState(state)},
            last_error = ${isReading ? state.reason : sql`last_error`}
          WHERE namespace = ${namespace} AND settings = ${sealed}`.pipe(
        Effect.tap(() =>
          Effect.sync(() => {
            stateChanges += 1;
          }),
        ),
        Effect.asVoid,
        Effect.orDie,
      ),

    remove: (namespace: Namespace) =>
      Effect.orDie(
        Effect.tap(sql`DELETE FROM sources WHERE namespace = ${namespace}`, () =>
          Effect.sync(() => {
            removals += 1;
          }),
        ),
      ),
  };
});
