import { type IntegerPlaces, type JsonObject, writeExactJson } from "@executor/sdk";
import { fromEntries, member } from "@executor/plugin-kit";
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
 * The operation of a tool. Only arguments that the input gives are declared and passed, as variables: for others the server's
 * defaults apply, even where the type is non-null (GraphQL October 2021, section 5.4.2.1). `selection.ts` has parsed and printed
 * the selection.
 */
export const operationText = (binding: Binding, selection: string, input: JsonObject): string => {
  const given = givenArguments(binding, input);
  const declared = given.map(({ name, type }) => `$${name}: ${type}`).join(", ");
  const passed = given.map(({ name }) => `${name}: $${name}`).join(", ");
  const root = `${binding.field}${parenthesised(passed)}${selection === "" ? "" : ` ${selection}`}`;
  return `${binding.operation} ${binding.field}${parenthesised(declared)} { ${root} }`;
};

const parenthesised = (list: string): string => (list === "" ? "" : `(${list})`);

const givenArguments = (binding: Binding, input: JsonObject): Binding["arguments"] =>
  binding.arguments.filter(({ name }) => member(input, name) !== undefined);

/** The body of the request (GraphQL over HTTP, "Request parameters"). `integers`: places in the input that are integers. */
export const requestBody = (
  binding: Binding,
  query: string,
  input: JsonObject,
  integers?: IntegerPlaces,
): string => {
  const variables = fromEntries(
    givenArguments(binding, input).map(({ name }) => [name, member(input, name) ?? null] as const),
  );
  return writeExactJson(
    { query, operationName: binding.field, variables },
    integers === undefined ? undefined : new Map([["variables", integers]]),
  );
};
