import { ToolAnnotations } from "@executor/sdk";
import type { Json, JsonObject, ToolDefinition } from "@executor/sdk";
import { fromEntries, shorten, text } from "@executor/plugin-kit";
import { getNamedType, isCompositeType, isLeafType } from "graphql";
import type { GraphQLCompositeType, GraphQLField, GraphQLSchema } from "graphql";
import type { Binding } from "../calls/binding.ts";
import { defaultSelection, printSelection } from "./default-selection.ts";
import { isDeprecated } from "./deprecation.ts";
import { freeName } from "./identifiers.ts";
import { isRequired } from "./json-schemas.ts";
import type { JsonSchemas } from "./json-schemas.ts";
import { describeField, outline } from "./outline.ts";
import { outputSchema } from "./output-schema.ts";
import type { NamedSchema } from "../schema/read-schema.ts";

const maxDescription = 1_000;
const maxSignature = 300;
const maxOutline = 2_500;

type Field = GraphQLField<unknown, unknown>;

/** One field of a root type as a tool. */
export const toolDefinition = (
  path: string,
  operation: Binding["operation"],
  field: Field,
  { name, schema }: NamedSchema,
  schemas: JsonSchemas,
): ToolDefinition => {
  const type = getNamedType(field.type);
  const result = isCompositeType(type) ? type : undefined;
  const selection = result === undefined ? undefined : defaultSelection(schema, result);
  const selectKey =
    result === undefined
      ? null
      : freeName("select", new Set(field.args.map((argument) => argument.name)));
  const binding: Binding = {
    operation,
    field: field.name,
    arguments: field.args.map((argument) => ({ name: argument.name, type: String(argument.type) })),
    selectKey,
    selection: selection === undefined ? "" : printSelection(selection),
    schema: name,
  };
  return {
    path,
    description: describe(operation, field),
    annotations: annotationsOf(operation, field.name),
    inputSchema: inputSchema(
      field,
      result === undefined || selectKey === null
        ? []
        : [[selectKey, selectSchema(schema, result)] as const],
      schemas,
    ),
    outputSchema: outputSchema(field.type, selection, schemas),
    binding,
  };
};

/** The field's description and its signature, which is never what is cut off. */
const describe = (operation: Binding["operation"], field: Field): string => {
  const signature = shorten(`${operation} ${describeField(field)}`, maxSignature);
  const said = text(field.description);
  const prose = [isDeprecated(field) ? "Deprecated." : undefined, said]
    .filter((part) => part !== undefined)
    .join(" ");
  return prose === ""
    ? signature
    : `${shorten(prose, maxDescription - signature.length - 2)}\n\n${signature}`;
};

/** One flat object: each argument under its name, and the selection beside them. Anything else is a mistake and refused. */
const inputSchema = (
  field: Field,
  select: ReadonlyArray<readonly [string, Json]>,
  schemas: JsonSchemas,
): JsonObject => {
  const required = field.args.filter(isRequired).map(({ name }) => name);
  return {
    type: "object",
    properties: fromEntries([
      ...field.args.map((argument) => [argument.name, schemas.input(argument)] as const),
      ...select,
    ]),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
};

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

const read = new ToolAnnotations({ readOnly: true, destructive: false, requiresApproval: false });
const write = new ToolAnnotations({ readOnly: false, destructive: false, requiresApproval: true });
const remove = new ToolAnnotations({ readOnly: false, destructive: true, requiresApproval: true });

/** GraphQL does not say what a mutation does; one that is named after removing something does that. */
const annotationsOf = (operation: Binding["operation"], name: string): ToolAnnotations => {
  if (operation === "query") return read;
  const words = name.split(/_|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase());
  const ends = [words.at(0) ?? "", words.at(-1) ?? ""];
  return ends.some((word) => removing.has(word)) ? remove : write;
};

const removing: ReadonlySet<string> = new Set([
  "delete",
  "remove",
  "destroy",
  "drop",
  "purge",
  "erase",
  "wipe",
  "truncate",
]);
