import { JsonObject } from "@executor/sdk";
import type { ToolAnnotations, ToolDefinition } from "@executor/sdk";
import { destructiveTool, readOnlyTool, shorten, writingTool } from "@executor/plugin-kit";
import { Schema } from "effect";

/** The fields of a listed tool that are read (MCP 2025-11-25, "Tool"). Others are ignored. */
export const ListedTool = Schema.Struct({
  name: Schema.NonEmptyString,
  title: Schema.optional(Schema.String),
  description: Schema.optional(Schema.String),
  inputSchema: JsonObject,
  outputSchema: Schema.optional(JsonObject),
  annotations: Schema.optional(
    Schema.Struct({
      title: Schema.optional(Schema.Unknown),
      readOnlyHint: Schema.optional(Schema.Unknown),
      destructiveHint: Schema.optional(Schema.Unknown),
    }),
  ),
  execution: Schema.optional(Schema.Struct({ taskSupport: Schema.optional(Schema.Unknown) })),
});
export type ListedTool = typeof ListedTool.Type;

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
    asTask: tool.execution?.taskSupport === "required",
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
const describe = ({ annotations, description = "", name, title }: ListedTool): string => {
  const shown = title ?? (typeof annotations?.title === "string" ? annotations.title : "");
  const told = description.trim();
  const whole = told.startsWith(shown)
    ? told
    : [shown, told].filter((part) => part !== "").join(": ");
  return shorten(whole === "" ? name : whole, maxDescription);
};

/** Hints count only with the values that MCP gives them ("ToolAnnotations"). Without hints a tool may do anything. */
const annotationsOf = ({ annotations }: ListedTool): ToolAnnotations => {
  if (annotations?.readOnlyHint === true) return readOnlyTool;
  return annotations?.destructiveHint === false ? writingTool : destructiveTool;
};
