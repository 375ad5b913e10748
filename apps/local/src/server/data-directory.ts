import { StorageError } from "@executor/storage";
import { Effect } from "effect";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
} from "node:fs";
import { join } from "node:path";

/** Mode of files that nobody but their owner may read. */
export const ownerOnly = 0o600;

/** SQLite gives its log and its shared memory the mode of this file. */
export const databaseFile = "executor.db";

/**
 * Makes the data directory with an empty database, both readable by their owner only: the database holds the credentials of
 * sources. A file in it that others may read, such as one from a copy, gets mode 600, and the log tells.
 */
export const makeDataDirectory = (directory: string) =>
  Effect.try({
    try: () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const database = join(directory, databaseFile);
      if (!existsSync(database)) closeSync(openSync(database, "a", ownerOnly));
      return readdirSync(directory, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => join(directory, name))
        .filter(isOpenToOthers);
    },
    catch: (error) =>
      new StorageError({
        message: `The data directory ${directory} cannot be made: ${reason(error)}. Choose another with EXECUTOR_DATA_DIR.`,
      }),
  }).pipe(Effect.flatMap((files) => Effect.forEach(files, closeToOthers, { discard: true })));

/** Windows has no such modes. */
const isOpenToOthers = (file: string): boolean =>
  process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0;

const closeToOthers = (file: string) =>
  Effect.try(() => chmodSync(file, ownerOnly)).pipe(
    Effect.matchEffect({
      onSuccess: () =>
        Effect.logWarning(`Others could read ${file}. From now on its owner alone may (mode 600).`),
      onFailure: ({ error }) =>
        Effect.logWarning(`Others can read ${file}, and its mode stays: ${reason(error)}.`),
    }),
  );

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
