import { Schema } from "effect";

/** What a tool of this kind needs to be called; stored as JSON beside the tool. */
export const Binding = Schema.Struct({
  operation: Schema.Literal("query", "mutation"),
  /** The field of the root type. */
  field: Schema.String,
  /** The field's arguments, each with its type as GraphQL writes it, such as `[ID!]!`. */
  arguments: Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.String })),
  /** The member of the tool's input that holds a selection; `null` where the result has no fields to select. */
  selectKey: Schema.NullOr(Schema.String),
  /** The selection where the input gives none, with its braces; `""` where the result has no fields. */
  selection: Schema.String,
  /** Names the schema that the tool was read from. */
  schema: Schema.String,
});
export type Binding = typeof Binding.Type;
