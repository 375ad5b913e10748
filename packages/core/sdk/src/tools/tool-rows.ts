import { SqlClient } from "@effect/sql";
import { Array as Arr, Effect, Schema } from "effect";
import { Json, JsonObject } from "../model/json.ts";
import type { LoadedSource, ToolDefinition } from "../model/plugin.ts";
import { Namespace } from "../model/source.ts";
import { ToolAddress, ToolAnnotations, ToolSummary } from "../model/tool.ts";
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
export type ToolRow = typeof ToolRow.Type;

const decodeSummaries = Schema.decodeUnknown(Schema.Array(SummaryRow));
const decodeTools = Schema.decodeUnknown(Schema.Array(ToolRow));
const decodeDefinitions = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ name: Schema.String, schema: Schema.parseJson(JsonObject) })),
);

/** Written as JSON text one chunk at a time, so that a large source is never in memory twice. */
const rowsPerInsert = 50;

/** A turn of the event loop. Yielding to other fibers alone would keep timers and requests waiting. */
const letOthersRun = Effect.sleep(0);

/** What a word in a summary counts, where one in an address counts 1: found by ranking GitHub's 1,223 operations. */
const summaryWeight = 2;

const toSummaries = (rows: ReadonlyArray<typeof SummaryRow.Type>) =>
  rows.map((row) => new ToolSummary(row, { disableValidation: true }));

/** Reads and writes of tools, their search index and their definitions. A failing database is a defect. */
export const toolRows = Effect.map(SqlClient.SqlClient, (sql) => {
  const summaryColumns = sql.literal(
    "tools.address, tools.namespace, tools.description, tools.annotations",
  );
  const within = (namespace: string | undefined) =>
    namespace === undefined ? sql.literal("TRUE") : sql`tools.namespace = ${namespace}`;

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
      for (const chunk of Arr.chunksOf(tools, rowsPerInsert)) {
        const rows = chunk.map(toRow);
        yield* sql`INSERT INTO tools ${sql.insert(rows)}`;
        yield* sql`INSERT INTO tool_words ${sql.insert(
          rows.map((row) => ({
            rowid: row.id,
            address: addressWords(row.address),
            summary: summaryOf(row.description),
          })),
        )}`;
        yield* letOthersRun;
      }
    });

  const insertDefinitions = (namespace: Namespace, definitions: LoadedSource["definitions"]) =>
    Effect.forEach(
      Arr.chunksOf(definitions, rowsPerInsert),
      (chunk) => {
        const rows = chunk.map(([name, schema]) => ({
          namespace,
          name,
          schema: JSON.stringify(schema),
        }));
        return Effect.zipLeft(sql`INSERT INTO definitions ${sql.insert(rows)}`, letOthersRun);
      },
      { discard: true },
    );

  const removeAll = (namespace: Namespace) =>
    Effect.gen(function* () {
      yield* sql`DELETE FROM tool_words WHERE rowid IN (SELECT id FROM tools WHERE namespace = ${namespace})`;
      yield* sql`DELETE FROM tools WHERE namespace = ${namespace}`;
      yield* sql`DELETE FROM definitions WHERE namespace = ${namespace}`;
    }).pipe(Effect.orDie);

  return {
    removeAll,

    /** Puts the loaded tools in the place of the stored ones; call it inside a transaction. */
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
        Effect.flatMap(decodeTools),
        Effect.map((rows) => rows[0]),
        Effect.orDie,
      ),

    /** Tools in order of their addresses, after `after`. */
    page: (options: {
      readonly namespace?: string | undefined;
      readonly after: string;
      readonly limit: number;
    }) =>
      sql`SELECT ${summaryColumns} FROM tools
          WHERE ${within(options.namespace)} AND address > ${options.after}
          ORDER BY address LIMIT ${options.limit}`.pipe(
        Effect.flatMap(decodeSummaries),
        Effect.map(toSummaries),
        Effect.orDie,
      ),

    /** Tools that match, best first; a tool whose address is the text itself before all others. */
    search: (options: {
      readonly query: string;
      readonly namespace?: string | undefined;
      readonly offset: number;
      readonly limit: number;
    }) => {
      const match = fullTextQuery(options.query);
      if (match === undefined) return Effect.succeed([]);
      return sql`SELECT ${summaryColumns} FROM tool_words JOIN tools ON tools.id = tool_words.rowid
          WHERE tool_words MATCH ${match} AND ${within(options.namespace)}
          ORDER BY tools.address = ${options.query} DESC,
            bm25(tool_words, 1, ${sql.literal(String(summaryWeight))}),
            length(tools.address), tools.address
          LIMIT ${options.limit} OFFSET ${options.offset}`.pipe(
        Effect.flatMap(decodeSummaries),
        Effect.map(toSummaries),
        Effect.orDie,
      );
    },

    definitions: (namespace: Namespace, names: ReadonlyArray<string>) =>
      sql`SELECT name, schema FROM definitions
          WHERE namespace = ${namespace} AND name IN ${sql.in(names)}`.pipe(
        Effect.flatMap(decodeDefinitions),
        Effect.orDie,
      ),
  };
});
