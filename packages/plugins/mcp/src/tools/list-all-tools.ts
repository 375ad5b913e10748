import { type Json, type JsonObject, redacted } from "@executor/sdk";
import { isArray, makeWarnings, member, text, type Warnings } from "@executor/plugin-kit";
import { Effect } from "effect";
import type { Connection } from "../connections/connection.ts";
import { headerFault } from "../connections/param-headers.ts";
import { McpFailure } from "../failures.ts";
import { readTool } from "./read-tool.ts";
import type { ListedTool } from "./tool-definition.ts";
import { mendSchema } from "./tool-schema.ts";

const maxTools = 5_000;
const maxPages = 200;
const maxChars = 32 * 1024 * 1024;

/** Readings of a list that changes while it is read. */
const maxReadings = 3;

/** Characters of a tool's name in a warning. */
const maxNameChars = 100;

/** The tools of a server, and what of its list is not used as it is written. */
export interface ToolList {
  readonly tools: ReadonlyArray<ListedTool>;
  readonly warnings: Warnings;
}

/** Every tool that the server lists, page by page. What cannot be read is left out, with a warning. */
export const listAllTools = (
  connection: Connection,
  timeoutMs: number,
): Effect.Effect<ToolList, McpFailure> => {
  const read = (readings: number): Effect.Effect<ToolList, McpFailure> => {
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
    const warnings = makeWarnings();
    const cursors = new Set<string | undefined>();
    let chars = 0;
    let listed = 0;
    let cursor: string | undefined;
    do {
      if (cursors.has(cursor) || cursors.size >= maxPages) return yield* endless;
      cursors.add(cursor);
      const result = yield* connection.listTools(cursor, timeoutMs);
      const page = member(result, "tools");
      if (!isArray(page)) return yield* notAList;
      chars += JSON.stringify(page).length;
      for (const each of page) {
        const tool = usable(each, listed, connection.takesParamHeaders, warnings);
        if (tool !== undefined) tools.set(tool.name, tool);
        listed += 1;
      }
      if (tools.size > maxTools || chars > maxChars) return yield* tooManyTools;
      cursor = text(member(result, "nextCursor"));
    } while (cursor !== undefined);
    return { tools: [...tools.values()], warnings };
  });

/** A listed tool with what can be used of it. `index`: its place in the list, for the warnings. */
const usable = (
  listed: Json,
  index: number,
  takesParamHeaders: boolean,
  { warn }: Warnings,
): ListedTool | undefined => {
  const { tool, unread } = readTool(listed);
  const shown = text(member(listed, "name"))?.slice(0, maxNameChars) ?? `number ${index + 1}`;
  const place = (field: string): string => `/tools/${index}/${field.replace(".", "/")}`;
  const follows = tool === undefined ? "The tool is left out." : "The tool is used without it.";
  for (const field of unread) {
    const message = `The ${field} of the tool ${shown} is not what the Model Context Protocol says. ${follows}`;
    warn("tool_not_readable", message, place(field));
  }
  if (tool === undefined) return undefined;
  // A name that held a credential is no name that can be called.
  if (tool.name.includes(redacted)) {
    const message = `The tool number ${index + 1} has a credential of the source in its name, and is left out.`;
    warn("tool_not_readable", message, place("name"));
    return undefined;
  }
  const fault = takesParamHeaders ? headerFault(tool.inputSchema) : undefined;
  if (fault !== undefined) {
    const message = `The inputSchema of the tool ${shown} has an x-mcp-header that ${fault}. The tool is left out.`;
    warn("tool_not_readable", message, place("inputSchema"));
    return undefined;
  }
  const schemaOf = (field: "inputSchema" | "outputSchema", given: JsonObject): JsonObject => {
    const { schema, unknown } = mendSchema(given);
    if (unknown.length > 0) {
      const message = `The ${field} of the tool ${shown} uses ${unknown.join(", ")} in a way that JSON Schema 2020-12 does not know. What that means is not checked, and the server judges.`;
      warn("schema_keyword_ignored", message, place(field));
    }
    return field === "inputSchema" ? schema : given;
  };
  return {
    ...tool,
    inputSchema: schemaOf("inputSchema", tool.inputSchema),
    outputSchema: tool.outputSchema && schemaOf("outputSchema", tool.outputSchema),
  };
};

const notAList = new McpFailure({
  reason: "invalid_response",
  message:
    "The MCP server answered tools/list without a list of tools, as `tools`. Correct the server, or check that the URL or command is that of an MCP server.",
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
