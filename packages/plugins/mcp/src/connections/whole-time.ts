import { Effect } from "effect";
import { McpFailure } from "../failures.ts";

/** The least milliseconds for all pages of a list, however short calls are. */
const leastMs = 30_000;

/** Limits the time for the reading of a whole list, which a server could otherwise draw out by a page just in time, again and again. */
export const inWholeTime = (name: string, timeoutMs: number) => {
  const limitMs = Math.max(timeoutMs, leastMs);
  return Effect.timeoutFail({
    duration: limitMs,
    onTimeout: () =>
      new McpFailure({
        reason: "timeout",
        message: `The MCP server did not give its whole list of ${name} within ${limitMs / 1_000} s. Raise the source's timeout (timeoutMs), or use a server with fewer.`,
      }),
  });
};
