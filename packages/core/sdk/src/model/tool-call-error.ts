import { Schema } from "effect";
import { Json } from "./json.ts";

/**
 * Outcome of a failed call: the values of the label `outcome` of `executor.tool.calls`. `tool_error`: the tool itself failed.
 * `upstream_error`: the upstream answered with an error or could not be reached.
 */
export const ToolCallFailureOutcome = Schema.Literal(
  "tool_error",
  "upstream_error",
  "blocked",
  "declined",
  "timeout",
  "invalid_input",
);
export type ToolCallFailureOutcome = typeof ToolCallFailureOutcome.Type;

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
  /** Data that the call returned in spite of the error, such as the part of a GraphQL result that has no errors. */
  data: Schema.optional(Json),
}) {}
