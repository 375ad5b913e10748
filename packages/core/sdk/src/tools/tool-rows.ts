import { SqlClient } from "@effect/sql";
import { Array as Arr, Effect, Schema } from "effect";
import { Json, JsonObject } from "../model/json.ts";
import type { LoadedSource, ToolDefinition } from "../model/plugin.ts";
import { Namespace } from "../model/source.ts";
import { ToolAddress, ToolAnnotations } from "../model/tool.ts";
import { addressWords, fullTextQuery, summaryOf } from "./tool-words.ts";

const SummaryRow = Schema.Struct({
  address: ToolAddress,
  namespace: Namespace,
  description: Schema.String,
  annotations: Schema.parseJson(ToolAnnotations),
});

const ToolRow = Schema.Struct({
  ...SummaryRow.fields,
  input_schema: Schema.parseJson(JsonObject),
  output_schema: Schema.NullOr(Schema.parseJson(JsonObject)),
  binding: Schema.parseJson(Json),
});

const DefinitionRow = Schema.Struct({
  name: Schema.String,
  schema: Schema.parseJson(JsonObject),
});

/** Rows of a query; a failing database, or a row that does not decode, is a defect. */
const rowsOf = <A, I>(row: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknown(Schema.Array(row));
  return <E>(query: Effect.Effect<unknown, E>) => Effect.orDie(Effect.flatMap(query, decode));
};

const summariesOf = rowsOf(SummaryRow);
const toolsOf = rowsOf(ToolRow);
const definitionsOf = rowsOf(DefinitionRow);

const chunkSize = 50;

/** Weight of a word in a summary, where one in an address has weight 1: found by ranking GitHub's 1,223 operations. */
const summaryWeight = 2;

/**
 * Handles a large source's items in chunks, with a turn of the event loop after each. Yielding to other fibers alone would
 * keep timers and requests waiting.
 */
export const inChunks = <A, E, R>(
  items: Iterable<A>,
  handle: (chunk: ReadonlyArray<A>) => Effect.Effect<unknown, E, R>,
): Effect.Effect<void, E, R> =>
  Effect.forEach(
    Arr.chunksOf(items, chunkSize),
    (chunk) => Effect.zipRight(handle(chunk), Effect.sleep(0)),
    { discard: true },
  );

/** Reads and writes of tools, their search index and their definitions. A failing database is a defect. */
export const toolRows = Effect.map(SqlClient.SqlClient, (sql) => {
  const summaryColumns = sql.literal(
    "tools.address, tools.namespace, tools.description, tools.annotations",
  );
  /** Tools that agents may see: of one source or of all, but of none that is disabled. */
  const listed = (namespace: string | undefined) =>
    sql.and([
      sql`tools.namespace NOT IN (SELECT namespace FROM sources WHERE enabled = 0)`,
      ...(namespace === undefined ? [] : [sql`tools.namespace = ${namespace}`]),
    ]);

  const insertTools = (namespace: Namespace, tools: ReadonlyArray<ToolDefinition>) =>
    Effect.gen(function* () {
      const [last] = yield* sql<{ id: number }>`SELECT coalesce(max(id), 0) AS id FROM tools`;
      let id = last?.id ?? 0;
      const toRow = (tool: ToolDefinition) => ({
        id: ++id,
        namespace,
        address: `${namespace}.${tool.path}`,
        description: tool.description,
        annotations: JSON.stringify(tool.annotations),
        input_schema: JSON.stringify(tool.inputSchema),
        output_schema: tool.outputSchema === null ? null : JSON.stringify(tool.outputSchema),
        binding: JSON.stringify(tool.binding),
      });
      // Turned into JSON text one chunk at a time, so that a large source is never in memory twice.
      yield* inChunks(tools, (chunk) => {
        const rows = chunk.map(toRow);
        const words = rows.map((row) => ({
          rowid: row.id,
          address: addressWords(row.address),
          summary: summaryOf(row.description),
        }));
        return Effect.zipRight(
          sql`INSERT INTO tools ${sql.insert(rows)}`,
          sql`INSERT INTO tool_words ${sql.insert(words)}`,
        );
      });
    });

  const insertDefinitions = (namespace: Namespace, definitions: LoadedSource["definitions"]) =>
    inChunks(definitions, (chunk) => {
      const rows = chunk.map(([name, schema]) => ({
        namespace,
        name,
        schema: JSON.stringify(schema),
      }));
      return sql`INSERT INTO definitions ${sql.insert(rows)}`;
    });

  const removeAll = (namespace: Namespace) =>
    Effect.gen(function* () {
      yield* sql`DELETE FROM tool_words WHERE rowid IN (SELECT id FROM tools WHERE namespace = ${namespace})`;
      yield* sql`DELETE FROM tools WHERE namespace = ${namespace}`;
      yield* sql`DELETE FROM definitions WHERE namespace = ${namespace}`;
    }).pipe(Effect.orDie);

  return {
    removeAll,

    /** Replaces the stored tools by the loaded ones; call it inside a transaction. */
    replaceAll: (namespace: Namespace, loaded: LoadedSource) =>
      Effect.gen(function* () {
        yield* removeAll(namespace);
        yield* insertTools(namespace, loaded.tools);
        yield* insertDefinitions(namespace, loaded.definitions);
      }).pipe(Effect.orDie),

    count: sql<{ count: number }>`SELECT count(*) AS count FROM tools`.pipe(
      Effect.map((rows) => rows[0]?.count ?? 0),
      Effect.orDie,
    ),

    find: (address: string) =>
      sql`SELECT * FROM tools WHERE address = ${address}`.pipe(
        toolsOf,
        Effect.map((rows) => rows[0]),
      ),

    /** Tools in order of their addresses, after `after`. */
    page: (options: {
      readonly namespace?: string | undefined;
      readonly after: string;
      readonly limit: number;
    }) =>
      sql`SELECT ${summaryColumns} FROM tools
          WHERE ${listed(options.namespace)} AND address > ${options.after}
          ORDER BY address LIMIT ${options.limit}`.pipe(summariesOf),

    /** Tools that match, the best first; a tool whose address equals the text comes before all others. */
    search: (options: {
      readonly query: string;
      readonly namespace?: string | undefined;
      readonly offset: number;
      readonly limit: number;
    }) => {
      const match = fullTextQuery(options.query);
      if (match === undefined) return Effect.succeed([]);
      return sql`SELECT ${summaryColumns} FROM tool_words JOIN tools ON tools.id = tool_words.rowid
          WHERE tool_words MATCH ${match} AND ${listed(options.namespace)}
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
