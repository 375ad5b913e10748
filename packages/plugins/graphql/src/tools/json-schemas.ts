import { Json } from "@executor/sdk";
import type { JsonObject } from "@executor/sdk";
import { fromEntries, isArray, shorten, text } from "@executor/plugin-kit";
import type { Steps } from "@executor/plugin-kit";
import { Schema } from "effect";
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from "graphql";
import type { GraphQLArgument, GraphQLInputField, GraphQLNamedType, GraphQLType } from "graphql";
import { isDeprecated } from "./deprecation.ts";

const maxDescription = 500;

/** JSON Schemas of GraphQL's types. Enums, input objects and custom scalars are definitions, each made once. */
export interface JsonSchemas {
  /** A value that has this type, `null` included unless the type leaves it out. */
  readonly value: (type: GraphQLType, named: NamedTypeSchema) => JsonObject;
  /** What an argument or a member of an input object takes, with its description and default. */
  readonly input: (value: GraphQLArgument | GraphQLInputField) => JsonObject;
  /** The schema of a scalar, an enum or an input object. */
  readonly named: NamedTypeSchema;
  /** Everything that was referred to so far. */
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
    const description = text(given.description);
    const fallback = isJson(given.defaultValue) ? given.defaultValue : null;
    return {
      ...valueSchema(given.type, named),
      ...(description === undefined ? {} : { description: shorten(description, maxDescription) }),
      ...(fallback === null ? {} : { default: fallback }),
      ...(isDeprecated(given) ? { deprecated: true } : {}),
    };
  };

  function* definitions(): Steps<ReadonlyMap<string, JsonObject>> {
    const made = new Map<string, JsonObject>();
    // Making one can refer to others, which a map visits too.
    for (const [name, type] of referred) {
      made.set(name, definition(type, input));
      yield;
    }
    return made;
  }

  return { value: valueSchema, input, named, definitions };
};

const isJson = Schema.is(Json);

/** Whether a value can be left out of the input. */
export const isRequired = (value: GraphQLArgument | GraphQLInputField): boolean =>
  isRequiredArgument(value) || isRequiredInputField(value);

/** GraphQL October 2021, section 3.5: an ID is written as a string, and taken as an integer too. */
const scalars: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ["ID", { type: ["string", "integer"] }],
  ["Int", { type: "integer" }],
  ["Float", { type: "number" }],
  ["String", { type: "string" }],
  ["Boolean", { type: "boolean" }],
]);

const objectMember: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** No name of GraphQL's holds a hyphen, so none is the same. */
const definitionName = ({ name }: GraphQLNamedType): string =>
  objectMember.has(name) ? `${name}--type` : name;

const valueSchema = (type: GraphQLType, named: NamedTypeSchema): JsonObject =>
  isNonNullType(type) ? present(type.ofType, named) : nullable(present(type, named));

const present = (type: GraphQLType, named: NamedTypeSchema): JsonObject => {
  if (isNonNullType(type)) return present(type.ofType, named);
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
  const description = said === undefined ? {} : { description: shorten(said, maxDescription) };
  if (isEnumType(type)) {
    return { type: "string", enum: type.getValues().map(({ name }) => name), ...description };
  }
  // A custom scalar is whatever its server makes of it.
  if (!isInputObjectType(type)) return { title: type.name, ...description };
  const fields = Object.values(type.getFields());
  const required = fields.filter(isRequired).map(({ name }) => name);
  return {
    type: "object",
    properties: fromEntries(fields.map((field) => [field.name, input(field)])),
    ...(required.length > 0 ? { required } : {}),
    ...(type.isOneOf ? { minProperties: 1, maxProperties: 1 } : {}),
    additionalProperties: false,
    ...description,
  };
};
