import type { JsonObject, ToolAnnotations, ToolDefinition } from "@executor/sdk";
import {
  closedObject,
  describeTool,
  destructiveTool,
  readOnlyTool,
  writingTool,
} from "@executor/plugin-kit";
import { getNamedType, isCompositeType, isLeafType } from "graphql";
import type { GraphQLCompositeType, GraphQLSchema } from "graphql";
import type { Binding } from "../calls/operation.ts";
import { defaultSelection, type Omit, printSelection } from "./default-selection.ts";
import { isRequired, type JsonSchemas, outputSchema } from "./json-schemas.ts";
import { describeField, type Field, isDeprecated, outline, prose } from "./outline.ts";
import type { NamedSchema } from "../schema/read-schema.ts";

const maxOutline = 2_500;
const maxReason = 300;

/** One field of a root type as a tool. */
export const toolDefinition = (
  path: string,
  operation: Binding["operation"],
  field: Field,
  { name, schema }: NamedSchema,
  schemas: JsonSchemas,
  omit: Omit,
): ToolDefinition => {
  const type = getNamedType(field.type);
  const result = isCompositeType(type) ? type : undefined;
  const selection = result === undefined ? undefined : defaultSelection(schema, result, omit);
  const names = new Set(field.args.map((argument) => argument.name));
  const selectKey = freeName("select", names);
  const properties = [
    ...field.args.map((argument) => [argument.name, schemas.input(argument)] as const),
    ...(result === undefined ? [] : [[selectKey, selectSchema(schema, result)] as const]),
  ];
  const binding: Binding = {
    operation,
    field: field.name,
    arguments: field.args.map((argument) => ({ name: argument.name, type: String(argument.type) })),
    selectKey: result === undefined ? null : selectKey,
    selection: selection === undefined ? "" : printSelection(selection),
    schema: name,
  };
  return {
    path,
    description: describe(operation, field),
    // A type that is the root of both operations has fields that change something.
    annotations: annotationsOf(
      schema.getQueryType() === schema.getMutationType() ? "mutation" : operation,
      field.name,
    ),
    inputSchema: closedObject(
      properties,
      field.args.filter(isRequired).map((argument) => argument.name),
    ),
    outputSchema: outputSchema(field.type, selection, schemas),
    binding,
  };
};

/** `name` with trailing underscores until it is not taken. */
export const freeName = (name: string, taken: ReadonlySet<string>): string =>
  taken.has(name) ? freeName(`${name}_`, taken) : name;

const describe = (operation: Binding["operation"], field: Field): string =>
  describeTool(prose(field, maxReason), `${operation} ${describeField(field)}`);

const selectSchema = (schema: GraphQLSchema, type: GraphQLCompositeType): JsonObject => ({
  type: "string",
  description: `What to return: a GraphQL selection set on ${type.name}, such as ${example(type)}. Left out, it is what the output schema shows. Types: ${outline(schema, type, maxOutline)}`,
});

const example = (type: GraphQLCompositeType): string => {
  const fields = "getFields" in type ? Object.values(type.getFields()) : [];
  const leaves = fields
    .filter((field) => isLeafType(getNamedType(field.type)) && !isDeprecated(field))
    .map(({ name }) => name);
  const telling = ["id", "name", "title"].filter((name) => leaves.includes(name));
  const names = [...new Set([...telling, ...leaves])].slice(0, 2);
  return `{ ${(names.length === 0 ? ["__typename"] : names).join(" ")} }`;
};

/** GraphQL does not say what a mutation does. One whose name starts or ends with a word for removal counts as destructive. */
const annotationsOf = (operation: Binding["operation"], name: string): ToolAnnotations => {
  if (operation === "query") return readOnlyTool;
  const words = name.split(/_|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase());
  const removes = removal.test(words.at(0) ?? "") || removal.test(words.at(-1) ?? "");
  return removes ? destructiveTool : writingTool;
};

const removal = /^(delete|remove|destroy|drop|purge|erase|wipe|truncate)$/;
