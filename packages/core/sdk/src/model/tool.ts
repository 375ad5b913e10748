import { Schema } from "effect";
import { apiError } from "./api-error.ts";
import { Json, JsonObject } from "./json.ts";
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

/**
 * Outcome of a call that ends with an error. `tool_error`: the tool itself failed. `upstream_error`: the upstream answered with an
 * error or could not be reached. `too_large`: the reply is over a limit of Executor's own.
 */
export const ToolCallFailureOutcome = Schema.Literal(
  "tool_error",
  "upstream_error",
  "blocked",
  "declined",
  "timeout",
  "invalid_input",
  "too_large",
);
export type ToolCallFailureOutcome = typeof ToolCallFailureOutcome.Type;

/** Values of the label `outcome` of `executor.tool.calls`. `cancelled`: the caller gave up, so that nobody sees how the call ends. */
export const toolCallOutcomes = ["ok", "cancelled", ...ToolCallFailureOutcome.literals] as const;
export type ToolCallOutcome = (typeof toolCallOutcomes)[number];

/** A call that did not return data. */
export class ToolCallError extends Schema.TaggedError<ToolCallError>()("ToolCallError", {
  outcome: ToolCallFailureOutcome,
  /**
   * OpenTelemetry's `error.type`: the upstream's status (`"404"`), or one of a small fixed set of words
   * such as `connection_error`. It becomes a metric label and never holds text from a peer.
   */
  errorType: Schema.String,
  /** Says what happened and what to do, with the upstream's own message if it gave one. */
  message: Schema.String,
  status: Schema.optional(Schema.Int),
  /** Headers of the upstream's answer, by their names in lower case. */
  headers: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  /** What the upstream said: the body of its error, or the part of a GraphQL result that has no errors. */
  data: Schema.optional(Json),
  /** Which of the two had to be cut to their bounds; absent where both are whole. */
  truncated: Schema.optional(Schema.Array(Schema.Literal("headers", "data"))),
}) {}
