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

const maxApprovalTimeoutMs = 7 * 24 * 60 * 60_000;

/** Milliseconds for which a question to a person waits for its answer, where that is configured. */
export const approvalTimeoutMs = Config.integer("EXECUTOR_APPROVAL_TIMEOUT").pipe(
  Config.validate({
    message: `EXECUTOR_APPROVAL_TIMEOUT is a number of milliseconds from 1 to ${maxApprovalTimeoutMs}, a week.`,
    validation: (milliseconds) => milliseconds >= 1 && milliseconds <= maxApprovalTimeoutMs,
  }),
  Config.withDefault(undefined),
);
