import { Json, redacted } from "@executor/sdk";
import { Effect, Either, Schema } from "effect";
import type { Connection } from "../connections/connection.ts";
import { invalidResponse, McpFailure } from "../failures.ts";
import { ListedTool } from "./tool-definition.ts";

const maxTools = 5_000;
const maxPages = 200;
const maxChars = 32 * 1024 * 1024;

/** Readings of a list that changes while it is read. */
const maxReadings = 3;

const decodePage = Schema.decodeUnknownEither(
  Schema.Struct({ tools: Schema.Array(Json), nextCursor: Schema.optional(Schema.String) }),
);
const decodeTool = Schema.decodeUnknownEither(ListedTool);

/** Every tool that the server lists, page by page. Invalid tools are left out, with a warning in the log. */
export const listAllTools = (
  connection: Connection,
  timeoutMs: number,
): Effect.Effect<ReadonlyArray<ListedTool>, McpFailure> => {
  const read = (readings: number): Effect.Effect<ReadonlyArray<ListedTool>, McpFailure> => {
    const version = connection.toolsVersion();
    return Effect.filterOrElse(
      readPages(connection, timeoutMs),
      () => connection.toolsVersion() === version || readings === maxReadings,
      () => read(readings + 1),
    );
  };
  return connection.offersTools ? read(1) : Effect.fail(offersNone(connection));
};

const readPages = (connection: Connection, timeoutMs: number) =>
  Effect.gen(function* () {
    const tools = new Map<string, ListedTool>();
    const cursors = new Set<string | undefined>();
    let chars = 0;
    let refused = 0;
    let cursor: string | undefined;
    do {
      if (cursors.has(cursor) || cursors.size >= maxPages) return yield* endless;
      cursors.add(cursor);
      const result = yield* connection.listTools(cursor, timeoutMs);
      const page = yield* Either.mapLeft(decodePage(result), () => invalidResponse);
      chars += JSON.stringify(page.tools).length;
      for (const listed of page.tools) {
        const tool = decodeTool(listed);
        // A name that held a credential is no name that can be called.
        if (Either.isRight(tool) && !tool.right.name.includes(redacted)) {
          tools.set(tool.right.name, tool.right);
        } else refused += 1;
      }
      if (tools.size > maxTools || chars > maxChars) return yield* tooManyTools;
      cursor = page.nextCursor;
    } while (cursor !== undefined && cursor !== "");
    if (refused > 0) {
      yield* Effect.logWarning(
        `${refused} of the tools that an MCP server lists have no name, no input schema, or a credential of the source in their name, and were left out.`,
      );
    }
    return [...tools.values()];
  });

const offersNone = ({ serverName }: Connection): McpFailure =>
  new McpFailure({
    reason: "invalid_response",
    message: `${serverName} is an MCP server that offers no tools, and tools are all that Executor uses.`,
  });

const endless = new McpFailure({
  reason: "invalid_response",
  message: `The MCP server's list of tools has more than ${maxPages} pages, or leads back to a page that was read. Correct the server.`,
});

const tooManyTools = new McpFailure({
  reason: "response_too_large",
  message: `The MCP server lists more than ${maxTools} tools, or more than ${maxChars / 1024 / 1024} MiB of them. Use a server with fewer.`,
});
