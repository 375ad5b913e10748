import type { SqlClient } from "@effect/sql";
import { Array as Arr, DateTime, Effect, Schema } from "effect";
import type { JsonObject } from "../model/json.ts";
import type { LoadedSource, ToolDefinition } from "../model/plugin.ts";
import type { Namespace } from "../model/source.ts";
import { maxChangesListed, type ToolChanges } from "../model/refreshed-source.ts";
import { ToolAddress, ToolAnnotations } from "../model/tool.ts";
import { DefinitionTokens } from "./definition-tokens.ts";
import { inChunks } from "./in-chunks.ts";
import { referencedNames } from "./schema-bundle.ts";
import { addressWords, summaryOf } from "./tool-words.ts";

/** What is known of a stored tool before it is replaced. */
const Before = Schema.Struct({
  address: ToolAddress,
  annotations: Schema.parseJson(ToolAnnotations),
  pending: Schema.Number,
});
type Before = typeof Before.Type;
const decodeBefore = Schema.decodeUnknown(Schema.Array(Before));

/** Circumstances in which the description was read. */
export interface Reading {
  readonly at: DateTime.Utc;
  /** Whether tools that write, and did not before, wait until an operator has approved them. */
  readonly reviewNewWrites: boolean;
}

/** Columns of a tool in which a difference is a change. */
const compared = [
  "description",
  "annotations",
  "input_schema",
  "output_schema",
  "binding",
] as const;
type ComparedRow = Readonly<Record<(typeof compared)[number], string | null>> & {
  readonly address: ToolAddress;
};
type StoredRow = ComparedRow & { readonly changed_at: number };

/**
 * Replaces the stored tools of a source by loaded ones, and tells what that changed. A source is never in memory as text as a
 * whole. Call it inside of a transaction; it fails where the database does.
 */
export const replaceTools = (sql: SqlClient.SqlClient) => {
  const removeTools = (addresses: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const chosen = sql`SELECT id FROM tools WHERE address IN ${sql.in(addresses)}`;
      yield* sql`DELETE FROM tool_words WHERE rowid IN (${chosen})`;
      yield* sql`DELETE FROM tools WHERE address IN ${sql.in(addresses)}`;
    });

  const insertTools = (
    rows: ReadonlyArray<StoredRow & { readonly id: number; readonly pending: number }>,
  ) => {
    const words = rows.map((row) => ({
      rowid: row.id,
      address: addressWords(row.address),
      summary: summaryOf(row.description ?? ""),
    }));
    return Effect.zipRight(
      sql`INSERT INTO tools ${sql.insert(rows)}`,
      sql`INSERT INTO tool_words ${sql.insert(words)}`,
    );
  };

  /** Replaces the definitions; gives the names of those that differ, or lead to one that does: none at the first reading. */
  const replaceDefinitions = Effect.fnUntraced(function* (
    namespace: Namespace,
    definitions: LoadedSource["definitions"],
    isFirst: boolean,
  ) {
    const stored = yield* sql<{
      name: string;
    }>`SELECT name FROM definitions WHERE namespace = ${namespace}`;
    const gone = new Set(stored.map(({ name }) => name));
    const different = new Set<string>();
    yield* inChunks(definitions, (chunk) =>
      Effect.gen(function* () {
        const rows = chunk.map(([name, schema]) => ({
          namespace,
          name,
          schema: JSON.stringify(schema),
        }));
        for (const { name } of rows) gone.delete(name);
        if (!isFirst) {
          const names = sql.in(rows.map(({ name }) => name));
          const before = new Map(
            (yield* sql<{
              name: string;
              schema: string;
            }>`SELECT name, schema FROM definitions WHERE namespace = ${namespace} AND name IN ${names}`).map(
              ({ name, schema }) => [name, schema],
            ),
          );
          for (const { name, schema } of rows) {
            if (before.get(name) !== schema) different.add(name);
          }
        }
        yield* sql`INSERT OR REPLACE INTO definitions ${sql.insert(rows)}`;
      }),
    );
    yield* inChunks(gone, (names) => {
      for (const name of names) different.add(name);
      return sql`DELETE FROM definitions WHERE namespace = ${namespace} AND name IN ${sql.in(names)}`;
    });
    return different.size === 0 ? different : yield* leadingTo(different, definitions);
  });

  return Effect.fnUntraced(function* (
    namespace: Namespace,
    loaded: Pick<LoadedSource, "tools" | "definitions">,
    { at, reviewNewWrites }: Reading,
  ) {
    const known = yield* Effect.flatMap(
      sql`SELECT address, annotations, pending FROM tools WHERE namespace = ${namespace}`,
      decodeBefore,
    );
    const before = new Map(known.map((tool) => [tool.address, tool]));
    const removed = new Set(before.keys());
    const added: Array<ToolAddress> = [];
    const changed: Array<ToolAddress> = [];
    const definitions = yield* replaceDefinitions(namespace, loaded.definitions, before.size === 0);
    const [last] = yield* sql<{ id: number }>`SELECT coalesce(max(id), 0) AS id FROM tools`;
    let id = last?.id ?? 0;
    const counting = new DefinitionTokens(loaded.definitions);
    const tokens: Array<number> = [];

    yield* inChunks(loaded.tools, (chunk) =>
      Effect.gen(function* () {
        const rows = chunk.map((tool) => {
          const row = toRow(namespace, tool);
          tokens.push(counting.count(row, tool.inputSchema));
          return row;
        });
        const present = rows.map(({ address }) => address).filter((each) => before.has(each));
        const stored = new Map<string, StoredRow>();
        if (present.length > 0) {
          const columns = sql.literal(compared.join(", "));
          const found =
            yield* sql<StoredRow>`SELECT address, changed_at, ${columns} FROM tools WHERE address IN ${sql.in(present)}`;
          for (const row of found) stored.set(row.address, row);
          yield* removeTools(present);
        }
        const inserted = rows.map((row, index) => {
          removed.delete(row.address);
          const old = stored.get(row.address);
          const isSame =
            old !== undefined &&
            compared.every((column) => old[column] === row[column]) &&
            !refersTo(chunk[index], definitions);
          if (!isSame) (old === undefined ? added : changed).push(row.address);
          return {
            ...row,
            id: ++id,
            namespace,
            pending: waits(chunk[index], before.get(row.address), reviewNewWrites) ? 1 : 0,
            changed_at: isSame ? old.changed_at : DateTime.toEpochMillis(at),
          };
        });
        yield* insertTools(inserted);
      }),
    );
    yield* inChunks(removed, removeTools);
    yield* sql`UPDATE sources SET definition_tokens = ${JSON.stringify(tokens)} WHERE namespace = ${namespace}`;
    return summary(added, [...removed], changed);
  });
};

const toRow = (namespace: Namespace, tool: ToolDefinition): ComparedRow => ({
  address: ToolAddress.make(`${namespace}.${tool.path}`),
  description: tool.description,
  annotations: JSON.stringify(tool.annotations),
  input_schema: JSON.stringify(tool.inputSchema),
  output_schema: tool.outputSchema === null ? null : JSON.stringify(tool.outputSchema),
  binding: JSON.stringify(tool.binding),
});

/** Whether a tool waits for a review: it is a write that is new, or that was a read, or that waits already. */
const waits = (
  tool: ToolDefinition | undefined,
  before: Before | undefined,
  reviewNewWrites: boolean,
): boolean => {
  if (tool === undefined || tool.annotations.readOnly) return false;
  if (before === undefined) return reviewNewWrites;
  return before.pending === 1 || (reviewNewWrites && before.annotations.readOnly);
};

const refersTo = (tool: ToolDefinition | undefined, definitions: ReadonlySet<string>): boolean =>
  definitions.size > 0 &&
  [tool?.inputSchema, tool?.outputSchema].some(
    (schema) =>
      schema !== undefined &&
      schema !== null &&
      [...referencedNames(schema)].some((name) => definitions.has(name)),
  );

/** Names of the definitions that lead, through any number of others, to one of `targets`, and those themselves. */
const leadingTo = Effect.fnUntraced(function* (
  targets: ReadonlySet<string>,
  definitions: ReadonlyMap<string, JsonObject>,
) {
  const referrers = new Map<string, Array<string>>();
  yield* inChunks(definitions, (chunk) =>
    Effect.sync(() => {
      for (const [name, schema] of chunk) {
        for (const target of referencedNames(schema)) {
          const known = referrers.get(target);
          if (known === undefined) referrers.set(target, [name]);
          else known.push(name);
        }
      }
    }),
  );
  const found = new Set(targets);
  // A set is iterated over what is added meanwhile, too.
  for (const name of found) {
    for (const referrer of referrers.get(name) ?? []) found.add(referrer);
  }
  return found;
});

const summary = (
  added: ReadonlyArray<ToolAddress>,
  removed: ReadonlyArray<ToolAddress>,
  changed: ReadonlyArray<ToolAddress>,
): ToolChanges => ({
  added: Arr.take(added, maxChangesListed),
  removed: Arr.take(removed, maxChangesListed),
  changed: Arr.take(changed, maxChangesListed),
  counts: { added: added.length, removed: removed.length, changed: changed.length },
});
