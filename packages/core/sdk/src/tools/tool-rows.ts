import * as SqlClient from "@effect/sql/SqlClient";
import { DateTime, Effect, Schema } from "effect";
import { Json, JsonObject } from "../model/json.ts";
import type { LoadedSource } from "../model/plugin.ts";
import { Namespace } from "../model/source.ts";
import { ToolAddress, ToolAnnotations } from "../model/tool.ts";
import { type Reading, replaceTools } from "./replace-tools.ts";
import { fullTextQuery } from "./tool-words.ts";

const SummaryRow = Schema.Struct({
  address: ToolAddress,
  namespace: Namespace,
  description: Schema.String,
  annotations: Schema.parseJson(ToolAnnotations),
});

const AddressRow = SummaryRow.pick("address", "namespace");

const ToolRow = Schema.Struct({
  ...SummaryRow.fields,
  input_schema: Schema.parseJson(JsonObject),
  output_schema: Schema.NullOr(Schema.parseJson(JsonObject)),
  binding: Schema.parseJson(Json),
  pending: Schema.Number,
});

const DefinitionRow = Schema.Struct({
  name: Schema.String,
  schema: Schema.parseJson(JsonObject),
});

const DefinitionTokensRow = Schema.Struct({
  definition_tokens: Schema.NullOr(Schema.parseJson(Schema.Array(Schema.Number))),
});

/** Rows of a query; a failing database, or a row that does not decode, is a defect. */
const rowsOf = <A, I>(row: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknown(Schema.Array(row));
  return <E>(query: Effect.Effect<unknown, E>) => Effect.orDie(Effect.flatMap(query, decode));
};

const summariesOf = rowsOf(SummaryRow);
const addressesOf = rowsOf(AddressRow);
const toolsOf = rowsOf(ToolRow);
const definitionsOf = rowsOf(DefinitionRow);
const definitionTokensOf = rowsOf(DefinitionTokensRow);

/** Weight of a word in a summary, where one in an address has weight 1: found by ranking GitHub's 1,223 operations. */
const summaryWeight = 2;

/** The tools among which others are chosen. */
interface Selection {
  /** Only those of this source. */
  readonly namespace?: string | undefined;
  /** Those that wait for a review, in place of those that can be called. */
  readonly pending?: boolean | undefined;
  /** Only those at these addresses, a JSON array. */
  readonly among?: string | undefined;
}

/** Tools in order of their addresses, after `after`. */
export interface PageQuery extends Selection {
  readonly after: string;
  readonly limit: number;
}

/** Tools that match words. */
export interface SearchQuery extends Selection {
  readonly query: string;
  readonly offset: number;
  readonly limit: number;
}

/** Reads and writes of tools, their search index and their definitions. A failing database is a defect. */
export const toolRows = Effect.map(SqlClient.SqlClient, (sql) => {
  const summaryColumns = sql.literal(
    "tools.address, tools.namespace, tools.description, tools.annotations",
  );
  const waiting = sql`tools.id IN (SELECT id FROM tools WHERE pending = 1)`;
  const callable = sql`NOT ${waiting}
    AND tools.namespace NOT IN (SELECT namespace FROM sources WHERE enabled = 0)`;
  const chosen = ({ among, namespace, pending = false }: Selection) =>
    sql.and([
      pending ? waiting : callable,
      ...(namespace === undefined ? [] : [sql`tools.namespace = ${namespace}`]),
      ...(among === undefined
        ? []
        : [sql`tools.address IN (SELECT value FROM json_each(${among}))`]),
    ]);
  const replace = replaceTools(sql);

  const removeAll = (namespace: Namespace) =>
    Effect.gen(function* () {
      yield* sql`DELETE FROM tool_words WHERE rowid IN (SELECT id FROM tools WHERE namespace = ${namespace})`;
      yield* sql`DELETE FROM tools WHERE namespace = ${namespace}`;
      yield* sql`DELETE FROM definitions WHERE namespace = ${namespace}`;
    }).pipe(Effect.orDie);

  return {
    removeAll,

    /** Replaces the stored tools by the loaded ones, and tells what that changed; call it inside a transaction. */
    replaceAll: (namespace: Namespace, loaded: LoadedSource, reading: Reading) =>
      Effect.orDie(replace(namespace, loaded, reading)),

    /**
     * Lets tools be called that wait for a review and that no reading after `seen` changed: those named, or all. Gives their
     * addresses.
     */
    approve: (namespace: Namespace, addresses: ReadonlyArray<string> | "all", seen: DateTime.Utc) =>
      sql<{ address: string }>`UPDATE tools SET pending = 0
          WHERE namespace = ${namespace} AND pending = 1
            AND changed_at <= ${DateTime.toEpochMillis(seen)}
            AND ${addresses === "all" ? sql`TRUE` : sql`address IN ${sql.in(addresses)}`}
          RETURNING address`.pipe(
        Effect.map((rows) => rows.map(({ address }) => address)),
        Effect.orDie,
      ),

    count: sql<{ count: number }>`SELECT count(*) AS count FROM tools`.pipe(
      Effect.map((rows) => rows[0]?.count ?? 0),
      Effect.orDie,
    ),

    /** Addresses of the tools that do not wait for a review. */
    addresses: sql`SELECT address, namespace FROM tools WHERE pending = 0`.pipe(addressesOf),

    /** Estimated tokens of the definition of each tool of a source; `null` where they were stored without. */
    definitionTokens: (namespace: Namespace) =>
      sql`SELECT definition_tokens FROM sources WHERE namespace = ${namespace}`.pipe(
        definitionTokensOf,
        Effect.map((rows) => rows[0]?.definition_tokens ?? null),
      ),

    find: (address: string) =>
      sql`SELECT * FROM tools WHERE address = ${address}`.pipe(
        toolsOf,
        Effect.map((rows) => rows[0]),
      ),

    /** Tools in order of their addresses, after `after`. */
    page: (options: PageQuery) =>
      sql`SELECT ${summaryColumns} FROM tools
          WHERE ${chosen(options)} AND address > ${options.after}
          ORDER BY address LIMIT ${options.limit}`.pipe(summariesOf),

    /** Tools that match, the best first; a tool whose address equals the text comes before all others. */
    search: (options: SearchQuery) => {
      const match = fullTextQuery(options.query);
      if (match === undefined) return Effect.succeed([]);
      return sql`SELECT ${summaryColumns} FROM tool_words JOIN tools ON tools.id = tool_words.rowid
          WHERE tool_words MATCH ${match} AND ${chosen(options)}
          ORDER BY tools.address = ${options.query} DESC,
            bm25(tool_words, 1, ${sql.literal(String(summaryWeight))}),
            length(tools.address), tools.address
          LIMIT ${options.limit} OFFSET ${options.offset}`.pipe(summariesOf);
    },

    definitions: (namespace: Namespace, names: ReadonlyArray<string>) =>
      sql`SELECT name, schema FROM definitions
          WHERE namespace = ${namespace} AND name IN ${sql.in(names)}`.pipe(definitionsOf),
  };
});
