import { JsonObject, ToolAnnotations } from "@executor/sdk";
import type { ToolDefinition } from "@executor/sdk";
import { shorten } from "@executor/plugin-kit";
import { Schema } from "effect";

/** What is read of a tool (MCP 2025-11-25, "Tool"). Whatever else a server puts in is left. */
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

/** What a call of a tool needs; stored as JSON beside it. */
export const Binding = Schema.Struct({
  /** The tool's own name. */
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

/** The title leads, because lists show the first line only. */
const describe = ({ annotations, description = "", name, title }: ListedTool): string => {
  const shown = title ?? (typeof annotations?.title === "string" ? annotations.title : "");
  const told = description.trim();
  const whole = told.startsWith(shown)
    ? told
    : [shown, told].filter((part) => part !== "").join(": ");
  return shorten(whole === "" ? name : whole, maxDescription);
};

/** Hints count only where they are given as MCP says: a tool that is silent may do anything, and destroy ("ToolAnnotations"). */
const annotationsOf = ({ annotations }: ListedTool): ToolAnnotations => {
  const readOnly = annotations?.readOnlyHint === true;
  return new ToolAnnotations({
    readOnly,
    destructive: !readOnly && annotations?.destructiveHint !== false,
    requiresApproval: !readOnly,
  });
};
