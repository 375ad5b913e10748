import type { JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { Schema } from "effect";

/** Everything that a call of a field needs. The sdk stores it as JSON with the tool. */
export const Binding = Schema.Struct({
  operation: Schema.Literal("query", "mutation"),
  /** The field of the root type. */
  field: Schema.String,
  /** The field's arguments, each with its type as GraphQL writes it, such as `[ID!]!`. */
  arguments: Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.String })),
  /** The property of the tool's input that holds a selection; `null` for results without fields. */
  selectKey: Schema.NullOr(Schema.String),
  /** The default selection with its braces; `""` for results without fields. */
  selection: Schema.String,
  /** The name of the schema that the tool was read from. */
  schema: Schema.String,
});
export type Binding = typeof Binding.Type;

/**
 * The operation of a tool. Arguments are variables, so the selection is the only part that a call determines;
 * `selection.ts` has parsed and printed it.
 */
export const operationText = (binding: Binding, selection: string): string => {
  const declared = binding.arguments.map(({ name, type }) => `$${name}: ${type}`).join(", ");
  const passed = binding.arguments.map(({ name }) => `${name}: $${name}`).join(", ");
  const root = `${binding.field}${parenthesised(passed)}${selection === "" ? "" : ` ${selection}`}`;
  return `${binding.operation} ${binding.field}${parenthesised(declared)} { ${root} }`;
};

const parenthesised = (list: string): string => (list === "" ? "" : `(${list})`);

/** The body of the request (GraphQL over HTTP, "Request parameters"). Arguments that are not given are left out. */
export const requestBody = (binding: Binding, query: string, input: JsonObject): string =>
  JSON.stringify({
    query,
    operationName: binding.field,
    variables: Object.fromEntries(
      binding.arguments.flatMap(({ name }) => {
        const value = member(input, name);
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
  });
