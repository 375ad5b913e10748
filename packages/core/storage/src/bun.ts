import { Reactivity } from "@effect/experimental";
import { SqlClient } from "@effect/sql";
import { SqliteClient } from "@effect/sql-sqlite-bun";
import { Cause, Context, Effect, Layer } from "effect";
import { migrate, StorageError } from "./migrations.ts";

/**
 * Embedded database in `file`, checked and migrated. One process holds it at a time: it takes the lock here and releases it at its
 * end, however it ends. A commit is in the write-ahead log before it is acknowledged, so it survives the end of the process
 * (`synchronous = NORMAL`: the last ones may not survive a power cut). Deleted content is overwritten with zeros.
 */
export const layer = (file: string): Layer.Layer<SqlClient.SqlClient, StorageError> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const client = yield* SqliteClient.make({ filename: file, disableWAL: true });
      for (const pragma of [
        "locking_mode = EXCLUSIVE",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "secure_delete = ON",
      ]) {
        yield* client.unsafe(`PRAGMA ${pragma}`);
      }
      const [check] = yield* client.unsafe<{ quick_check: string }>("PRAGMA quick_check(1)");
      if (check?.quick_check !== "ok") {
        return yield* new StorageError({
          message: corruptMessage(file, check?.quick_check.replaceAll(/\s+/g, " ")),
        });
      }
      yield* Effect.provideService(migrate, SqlClient.SqlClient, client);
      return Context.make(SqlClient.SqlClient, client);
    }).pipe(
      Effect.provide(Reactivity.layer),
      Effect.catchAllCause((cause) => Effect.fail(explain(file, Cause.squash(cause)))),
    ),
  );

/** Separate database in memory, for tests. */
export const layerMemory: Layer.Layer<SqlClient.SqlClient, StorageError> = layer(":memory:");

const corruptMessage = (file: string, detail: string | undefined) =>
  `The database ${file} is corrupt (${detail ?? "no answer to quick_check"}). Restore it from a backup, or move it away to start with an empty one.`;

/** Error for the operator, by SQLite's result code: bun:sqlite names it on its error, which the client wraps as a cause. */
const explain = (file: string, error: unknown): StorageError => {
  if (error instanceof StorageError) return error;
  const code = codeOf(error);
  if (code === "SQLITE_BUSY" || code === "SQLITE_LOCKED") {
    return new StorageError({
      message: `The database ${file} is in use by another daemon. Stop that one, or choose another data directory with EXECUTOR_DATA_DIR.`,
    });
  }
  if (code?.startsWith("SQLITE_CANTOPEN") || code?.startsWith("SQLITE_READONLY")) {
    return new StorageError({
      message: `The database ${file} cannot be written. Check the rights on its directory, or choose another with EXECUTOR_DATA_DIR.`,
    });
  }
  if (code?.startsWith("SQLITE_NOTADB") || code?.startsWith("SQLITE_CORRUPT")) {
    return new StorageError({ message: corruptMessage(file, code) });
  }
  return new StorageError({
    message: `The database ${file} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`,
  });
};

const codeOf = (error: unknown): string | undefined => {
  for (let at: unknown = error; typeof at === "object" && at !== null;) {
    if ("code" in at && typeof at.code === "string") return at.code;
    at = "cause" in at ? at.cause : undefined;
  }
  return undefined;
};
