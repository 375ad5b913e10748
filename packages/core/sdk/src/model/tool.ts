import { Schema } from "effect";
import { apiError } from "./api-error.ts";
import { JsonObject } from "./json.ts";
import { Namespace } from "./source.ts";

/** Address of a tool: `namespace.path`, such as `github.repos.get`. */
export const ToolAddress = Schema.String.pipe(
  Schema.pattern(/^[a-z][a-z0-9_]*(\.[A-Za-z_$][\w$]*)+$/),
  Schema.brand("ToolAddress"),
  Schema.annotations({ identifier: "ToolAddress" }),
);
export type ToolAddress = typeof ToolAddress.Type;

/** Effects of a call, as the source declares them. */
export class ToolAnnotations extends Schema.Class<ToolAnnotations>("ToolAnnotations")({
  /** Changes nothing. */
  readOnly: Schema.Boolean,
  /** May remove or overwrite. */
  destructive: Schema.Boolean,
  /** Is not called before a person agrees. */
  requiresApproval: Schema.Boolean,
}) {}

/** A tool as lists and searches show it. */
export const ToolSummary = Schema.Struct({
  address: ToolAddress,
  namespace: Namespace,
  description: Schema.String,
  annotations: ToolAnnotations,
}).annotations({ identifier: "ToolSummary" });
export type ToolSummary = typeof ToolSummary.Type;

/** A tool with its JSON Schemas. Each is complete: the definitions that it refers to are under its `$defs`. */
export const Tool = Schema.Struct({
  ...ToolSummary.fields,
  inputSchema: JsonObject,
  outputSchema: Schema.NullOr(JsonObject),
}).annotations({ identifier: "Tool" });
export type Tool = typeof Tool.Type;

export class InvalidCursor extends apiError<InvalidCursor>()("InvalidCursor", 400) {}

export class ToolNotFound extends apiError<ToolNotFound>()("ToolNotFound", 404) {}
