import { type Json, type JsonObject, redacted } from "@executor/sdk";
import {
  makeWarnings,
  member,
  runSteps,
  type Steps,
  text,
  type Warnings,
} from "@executor/plugin-kit";
import { Effect } from "effect";
import type { Connection } from "../connections/connection.ts";
import { listPages } from "../connections/list-pages.ts";
import { inWholeTime } from "../connections/whole-time.ts";
import { headerFault } from "../connections/param-headers.ts";
import { McpFailure } from "../failures.ts";
import { readTool } from "./read-tool.ts";
import type { ListedTool } from "./tool-definition.ts";
import { mendSchema } from "./tool-schema.ts";

/** Readings of a list that changes while it is read. */
const maxReadings = 3;

/** Characters of a tool's name in a warning. */
const maxNameChars = 100;

/** The tools of a server, and what of its list is not used as it is written. */
export interface ToolList {
  readonly tools: ReadonlyArray<ListedTool>;
  readonly warnings: Warnings;
}

/** Every tool that the server lists, page by page. `timeoutMs`: for each page. What cannot be read is left out, with a warning. */
export const listAllTools = (
  connection: Connection,
  timeoutMs: number,
): Effect.Effect<ToolList, McpFailure> => {
  const read = (readings: number): Effect.Effect<ToolList, McpFailure> => {
    const version = connection.toolsVersion();
    return Effect.filterOrElse(
      readList(connection, timeoutMs),
      () => connection.toolsVersion() === version || readings === maxReadings,
      () => read(readings + 1),
    );
  };
  const { prompts, resources, tools } = connection.capabilities;
  if (tools !== undefined) return inWholeTime("tools", timeoutMs)(read(1));
  if (prompts === undefined && resources === undefined) return Effect.fail(offersNone(connection));
  const warnings = makeWarnings();
  warnings.warn("no_operations", "The MCP server offers no tools.", null);
  return Effect.succeed({ tools: [], warnings });
};

const readList = (connection: Connection, timeoutMs: number) =>
  Effect.flatMap(listPages(connection, toolPages, timeoutMs), (listed) =>
    Effect.orDie(runSteps(readTools(listed, connection.takesParamHeaders))),
  );

/** The tools of a list, one in each step: schemas may be large. */
function* readTools(listed: ReadonlyArray<Json>, takesParamHeaders: boolean): Steps<ToolList> {
  const tools = new Map<string, ListedTool>();
  const warnings = makeWarnings();
  for (const [index, each] of listed.entries()) {
    const tool = usable(each, index, takesParamHeaders, warnings);
    if (tool !== undefined) tools.set(tool.name, tool);
    yield;
  }
  return { tools: [...tools.values()], warnings };
}

const toolPages = { method: "tools/list", name: "tools" };

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

const offersNone = ({ serverName }: Connection): McpFailure =>
  new McpFailure({
    reason: "invalid_response",
    message: `${serverName} is an MCP server that offers neither tools nor resources nor prompts.`,
  });
