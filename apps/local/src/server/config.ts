import { Config } from "effect";
import { homedir } from "node:os";
import { join } from "node:path";

export const defaultPort = 4788;

/** Where the daemon listens, and where clients look for it. */
export const port = Config.port("EXECUTOR_PORT").pipe(Config.withDefault(defaultPort));

/** The directory that holds the database. */
export const dataDirectory = Config.nonEmptyString("EXECUTOR_DATA_DIR").pipe(
  Config.withDefault(join(homedir(), ".executor")),
);
