import { Json, type JsonObject } from "@executor/sdk";
import { closedObject, fromEntries, isArray, shorten, text } from "@executor/plugin-kit";
import type { Steps } from "@executor/plugin-kit";
import { Schema } from "effect";
import {
  getNullableType,
  GraphQLNonNull,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isScalarType,
} from "graphql";
import type {
  GraphQLArgument,
  GraphQLEnumValue,
  GraphQLInputField,
  GraphQLNamedType,
  GraphQLOutputType,
  GraphQLType,
} from "graphql";
import { type Selection, selectsTypename } from "./default-selection.ts";
import { isDeprecated, prose } from "./outline.ts";

const maxDescription = 500;
const maxReason = 300;
/** Characters about one value of an enum, and about all of them. */
const maxValue = 200;
const maxValues = 1_500;

/** JSON Schemas of GraphQL's types. Enums, input objects and custom scalars are shared definitions. */
export interface JsonSchemas {
  /** The schema of a value of this type, with `null` unless the type is non-null. */
  readonly value: (type: GraphQLType, named: NamedTypeSchema) => JsonObject;
  /** The schema of an argument or an input field, with its description and default. */
  readonly input: (value: GraphQLArgument | GraphQLInputField) => JsonObject;
  /** The schema of a scalar, an enum or an input object. */
  readonly named: NamedTypeSchema;
  /** All definitions that schemas made so far refer to, directly or indirectly. */
  readonly definitions: () => Steps<ReadonlyMap<string, JsonObject>>;
}

export type NamedTypeSchema = (type: GraphQLNamedType) => JsonObject;

export const makeJsonSchemas = (): JsonSchemas => {
  const referred = new Map<string, GraphQLNamedType>();

  const named: NamedTypeSchema = (type) => {
    const builtIn = scalars.get(type.name);
    if (builtIn !== undefined) return builtIn;
    const name = definitionName(type);
    referred.set(name, type);
    return { $ref: `#/$defs/${name}` };
  };

  const input: JsonSchemas["input"] = (given) => {
    const fallback = isJson(given.defaultValue) ? given.defaultValue : null;
    return {
      ...valueSchema(given.type, named),
      ...described(prose(given, maxReason)),
      ...(fallback === null ? {} : { default: fallback }),
      ...(isDeprecated(given) ? { deprecated: true } : {}),
    };
  };

  function* definitions(): Steps<ReadonlyMap<string, JsonObject>> {
    const made = new Map<string, JsonObject>();
    // Making a definition may add others. A Map's iteration reaches entries that are added during it.
    for (const [name, type] of referred) {
      made.set(name, definition(type, input));
      yield;
    }
    return made;
  }

  return { value: valueSchema, input, named, definitions };
};

const isJson = Schema.is(Json);

/** Whether a value must be given. */
export const isRequired = (value: GraphQLArgument | GraphQLInputField): boolean =>
  isRequiredArgument(value) || isRequiredInputField(value);

/** The built-in scalars (GraphQL October 2021, section 3.5): an ID is a string, and servers take an integer too. */
const scalars: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ["ID", { type: ["string", "integer"] }],
  ["Int", { type: "integer", format: "int32" }],
  ["Float", { type: "number" }],
  ["String", { type: "string" }],
  ["Boolean", { type: "boolean" }],
]);

/** The suffix cannot collide with another name: GraphQL's names have no hyphens. */
const definitionName = ({ name }: GraphQLNamedType): string =>
  name in Object.prototype ? `${name}--type` : name;

const valueSchema = (type: GraphQLType, named: NamedTypeSchema): JsonObject =>
  isNonNullType(type) ? nonNullSchema(type.ofType, named) : nullable(nonNullSchema(type, named));

const nonNullSchema = (type: GraphQLType, named: NamedTypeSchema): JsonObject => {
  if (isNonNullType(type)) return nonNullSchema(type.ofType, named);
  return isListType(type) ? { type: "array", items: valueSchema(type.ofType, named) } : named(type);
};

const nullable = (schema: JsonObject): JsonObject => {
  const { type } = schema;
  if (typeof type === "string") return { ...schema, type: [type, "null"] };
  if (isArray(type)) return { ...schema, type: [...type, "null"] };
  return { anyOf: [schema, { type: "null" }] };
};

const definition = (type: GraphQLNamedType, input: JsonSchemas["input"]): JsonObject => {
  const said = text(type.description);
  if (isEnumType(type)) {
    const values = type.getValues();
    return {
      type: "string",
      enum: values.map(({ name }) => name),
      ...described(said, describeValues(values)),
    };
  }
  // Only its server knows the values of a custom scalar.
  if (!isInputObjectType(type)) {
    const format = isScalarType(type) ? text(type.specifiedByURL) : undefined;
    const lines = format === undefined ? [] : [`Specified by ${shorten(format, maxDescription)}`];
    return { title: type.name, not: { type: "null" }, ...described(said, lines) };
  }
  const fields = Object.values(type.getFields());
  const required = fields.filter(isRequired).map(({ name }) => name);
  const properties = fields.map(
    (field) => [field.name, input(type.isOneOf ? present(field) : field)] as const,
  );
  const oneOf = type.isOneOf ? { minProperties: 1, maxProperties: 1 } : {};
  return { ...closedObject(properties, required, oneOf), ...described(said) };
};

/**
 * A field of a oneOf input object as it is taken: the schema declares it nullable so that it can be left out, and the one that is
 * given must not be null (GraphQL September 2025, section 3.10.1).
 */
const present = (field: GraphQLInputField): GraphQLInputField => ({
  ...field,
  type: new GraphQLNonNull(getNullableType(field.type)),
});

/** The keyword for a text of at most 500 characters and whole `lines` after it; nothing for no texts. */
const described = (said: string | undefined, lines: ReadonlyArray<string> = []): JsonObject => {
  const first = said === undefined || said === "" ? [] : [shorten(said, maxDescription)];
  const all = [...first, ...lines];
  return all.length === 0 ? {} : { description: all.join("\n") };
};

/** One line for each value that has something to say, as far as 1,500 characters go, and a line for those beyond. */
const describeValues = (values: ReadonlyArray<GraphQLEnumValue>): ReadonlyArray<string> => {
  const lines = values
    .map((value) => ({ name: value.name, said: prose(value, maxValue) }))
    .filter(({ said }) => said !== "")
    .map(({ name, said }) => `${name}: ${shorten(said.replace(/\s+/g, " "), maxValue)}`);
  let left = maxValues;
  const shown = lines.filter((line) => {
    left -= line.length + 1;
    return left >= 0;
  });
  const hidden = lines.length - shown.length;
  return hidden === 0 ? shown : [...shown, `The schema describes ${hidden} more values.`];
};

/** The JSON Schema of a result of this type with this selection. */
export const outputSchema = (
  type: GraphQLOutputType,
  selection: Selection | undefined,
  schemas: JsonSchemas,
): JsonObject =>
  schemas.value(type, (named) =>
    isCompositeType(named) && selection !== undefined
      ? objectSchema(selection, schemas)
      : schemas.named(named),
  );

/** Fields that only some types of a union or an interface have are listed and not required. */
const objectSchema = (selection: Selection, schemas: JsonSchemas): JsonObject => {
  const { fields, fragments } = selection;
  const typename = selectsTypename(selection) ? ["__typename"] : [];
  const properties: ReadonlyArray<readonly [string, Json]> = [
    ...typename.map((name) => [name, { type: "string" }] as const),
    ...[...fields, ...fragments.flatMap((fragment) => fragment.fields)].map(
      (field) => [field.key, outputSchema(field.type, field.selection, schemas)] as const,
    ),
  ];
  return {
    type: "object",
    properties: fromEntries(properties),
    required: [...typename, ...fields.map(({ key }) => key)],
  };
};
