import * as SqliteClient from "@effect/sql-sqlite-bun/SqliteClient";
import { Effect } from "effect";
import { migrated, StorageError } from "./migrations.ts";

/**
 * Embedded database in `file`, checked and migrated. One process holds it at a time: it takes the lock here and releases it at its
 * end, however it ends. A commit is in the write-ahead log before it is acknowledged, so it survives the end of the process
 * (`synchronous = NORMAL`: the last ones may not survive a power cut). Deleted content is overwritten with zeros.
 */
export const layer = (file: string) =>
  migrated(
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
      if (check?.quick_check === "ok") return client;
      const detail = check?.quick_check.replaceAll(/\s+/g, " ") ?? "no answer to quick_check";
      return yield* new StorageError({ message: corruptMessage(file, detail) });
    }),
    (said, error) => explain(file, said, error),
  );

/** Separate database in memory, for tests. */
export const layerMemory = layer(":memory:");

const corruptMessage = (file: string, detail: string) =>
  `The database ${file} is corrupt (${detail}). Restore it from a backup, or move it away to start with an empty one.`;

/** Message by SQLite's result code: bun:sqlite names it on its error, which the client wraps as a cause. */
const explain = (file: string, said: string, error: unknown): string => {
  const code = codeOf(error) ?? "";
  if (/^SQLITE_(BUSY|LOCKED)$/.test(code)) {
    return `The database ${file} is in use by another daemon. Stop that one, or choose another data directory with EXECUTOR_DATA_DIR.`;
  }
  if (/^SQLITE_(CANTOPEN|READONLY)/.test(code)) {
    return `The database ${file} cannot be written. Check the rights on its directory, or choose another with EXECUTOR_DATA_DIR.`;
  }
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) return corruptMessage(file, code);
  return `The database ${file} cannot be opened: ${said}.`;
};

const codeOf = (error: unknown): string | undefined => {
  for (let at: unknown = error; typeof at === "object" && at !== null;) {
    if ("code" in at && typeof at.code === "string") return at.code;
    at = "cause" in at ? at.cause : undefined;
  }
  return undefined;
};
