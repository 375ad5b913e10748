import type { JsonObject, ToolAnnotations, ToolDefinition } from "@executor/sdk";
import { destructiveTool, readOnlyTool, shorten, writingTool } from "@executor/plugin-kit";
import { Schema } from "effect";

/** A tool of a server's list, as far as it is read. */
export interface ListedTool {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject | undefined;
  readonly isReadOnly: boolean | undefined;
  readonly isDestructive: boolean | undefined;
  /** Whether the server runs it only as a task (MCP 2025-11-25, "Tasks"). */
  readonly asTask: boolean;
}

/** Everything that a call of a tool needs. The sdk stores it as JSON with the tool. */
export const Binding = Schema.Struct({
  /** The tool's name at the server. */
  name: Schema.String,
  /** Whether the server runs it only as a task. */
  asTask: Schema.Boolean,
});

const maxDescription = 4_000;

export const toolDefinition = (tool: ListedTool, path: string): ToolDefinition => {
  const binding: typeof Binding.Type = {
    name: tool.name,
    asTask: tool.asTask,
  };
  return {
    path,
    description: describe(tool),
    annotations: annotationsOf(tool),
    inputSchema: tool.inputSchema,
    outputSchema: tool.outputSchema ?? null,
    binding,
  };
};

/** The title comes first, because lists show only the first line. */
const describe = ({ description = "", name, title = "" }: ListedTool): string => {
  const told = description.trim();
  const whole = told.startsWith(title)
    ? told
    : [title, told].filter((part) => part !== "").join(": ");
  return shorten(whole === "" ? name : whole, maxDescription);
};

/** Hints count only with the values that MCP gives them ("ToolAnnotations"). Without hints a tool may do anything. */
const annotationsOf = ({ isDestructive, isReadOnly }: ListedTool): ToolAnnotations => {
  if (isReadOnly === true) return readOnlyTool;
  return isDestructive === false ? writingTool : destructiveTool;
};
