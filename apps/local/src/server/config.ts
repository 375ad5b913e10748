import { Config } from "effect";
import { homedir } from "node:os";
import { join } from "node:path";
import { variable, wholeNumber } from "./variables.ts";

export const defaultPort = 4788;

/** Path of the daemon's MCP endpoint. */
export const mcpPath = "/mcp";

/** Port that the daemon listens on and its clients connect to. */
export const port = variable("EXECUTOR_PORT", wholeNumber(1, 65_535), {
  what: "port",
  right: "a number from 1 to 65535",
}).pipe(Config.map((given) => given ?? defaultPort));

const logFormats = ["text", "json"] as const;

/** How log lines are written. */
export const logFormat = variable(
  "EXECUTOR_LOG_FORMAT",
  (text) => logFormats.find((format) => format === text),
  { what: "format of logs", right: "text or json" },
).pipe(Config.map((given) => given ?? "text"));

/** The directory that holds the database. */
export const dataDirectory = Config.nonEmptyString("EXECUTOR_DATA_DIR").pipe(
  Config.withDefault(join(homedir(), ".executor")),
);

const maxApprovalTimeoutMs = 7 * 24 * 60 * 60_000;

/** Milliseconds that an approval waits for its answer, if the operator sets a time. */
export const approvalTimeoutMs = variable(
  "EXECUTOR_APPROVAL_TIMEOUT",
  wholeNumber(1, maxApprovalTimeoutMs),
  {
    what: "time to wait",
    right: `a number of milliseconds from 1 to ${maxApprovalTimeoutMs}, which is a week`,
  },
);
