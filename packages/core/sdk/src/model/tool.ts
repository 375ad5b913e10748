import { Schema } from "effect";
import { JsonObject } from "./json.ts";
import { Namespace } from "./source.ts";

/** Where a tool is called: `namespace.path`, such as `github.repos.get`. */
export const ToolAddress = Schema.String.pipe(
  Schema.pattern(/^[a-z][a-z0-9_]*(\.[A-Za-z_$][\w$]*)+$/),
  Schema.brand("ToolAddress"),
  Schema.annotations({ identifier: "ToolAddress" }),
);
export type ToolAddress = typeof ToolAddress.Type;

/** What a call does to the world, as far as the source tells. */
export class ToolAnnotations extends Schema.Class<ToolAnnotations>("ToolAnnotations")({
  /** Changes nothing. */
  readOnly: Schema.Boolean,
  /** May remove or overwrite. */
  destructive: Schema.Boolean,
  /** Not called before a person agrees. */
  requiresApproval: Schema.Boolean,
}) {}

/** A tool as lists and searches show it. */
export class ToolSummary extends Schema.Class<ToolSummary>("ToolSummary")({
  address: ToolAddress,
  namespace: Namespace,
  description: Schema.String,
  annotations: ToolAnnotations,
}) {}

/** A tool with its JSON Schemas, each complete in itself: what they refer to stands under `$defs`. */
export class Tool extends ToolSummary.extend<Tool>("Tool")({
  inputSchema: JsonObject,
  outputSchema: Schema.NullOr(JsonObject),
}) {}
