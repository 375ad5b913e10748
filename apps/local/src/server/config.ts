import { Config } from "effect";
import { homedir } from "node:os";
import { join } from "node:path";

export const defaultPort = 4788;

/** Path of the daemon's MCP endpoint. */
export const mcpPath = "/mcp";

/** Port that the daemon listens on and its clients connect to. */
export const port = Config.port("EXECUTOR_PORT").pipe(Config.withDefault(defaultPort));

/** How log lines are written. */
export const logFormat = Config.literal(
  "text",
  "json",
)("EXECUTOR_LOG_FORMAT").pipe(Config.withDefault("text"));

/** The directory that holds the database. */
export const dataDirectory = Config.nonEmptyString("EXECUTOR_DATA_DIR").pipe(
  Config.withDefault(join(homedir(), ".executor")),
);

const maxApprovalTimeoutMs = 7 * 24 * 60 * 60_000;

/** Milliseconds that an approval waits for its answer, if the operator sets a time. */
export const approvalTimeoutMs = Config.integer("EXECUTOR_APPROVAL_TIMEOUT").pipe(
  Config.validate({
    message: `EXECUTOR_APPROVAL_TIMEOUT is a number of milliseconds from 1 to ${maxApprovalTimeoutMs}, a week.`,
    validation: (milliseconds) => milliseconds >= 1 && milliseconds <= maxApprovalTimeoutMs,
  }),
  Config.withDefault(undefined),
);
