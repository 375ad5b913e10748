import type { Json } from "@executor/sdk";
import type { Steps, Warnings } from "@executor/plugin-kit";
import {
  assertInputType,
  assertInterfaceType,
  assertObjectType,
  assertOutputType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isUnionType,
} from "graphql";
import type { GraphQLArgument, GraphQLInputField, GraphQLNamedType, GraphQLSchema } from "graphql";

/** A schema as graphql-js builds it, without validation. */
export interface BuiltSchema {
  readonly schema: GraphQLSchema;
  /**
   * The default of an argument or an input field, which graphql-js would drop if it has another type. `path`: `Type.field` or
   * `Type.field.argument`.
   */
  readonly defaultOf: (
    value: GraphQLArgument | GraphQLInputField,
    path: string,
  ) => Default | undefined;
}

export interface Default {
  readonly value: Json;
  /** The literal as GraphQL writes it. */
  readonly written: string;
}

const key = "default";

/** The default of an argument or an input field as its schema writes it. */
export const writtenDefault = ({
  extensions,
}: GraphQLArgument | GraphQLInputField): string | undefined => {
  const written = extensions[key];
  return typeof written === "string" ? written : undefined;
};

/**
 * Checks what tools and selections rely on, which is less than a valid schema: servers publish schemas that are not valid, and
 * answer all the same. Sets the defaults.
 */
export function* checked(
  { schema, defaultOf }: BuiltSchema,
  warnings: Warnings,
): Steps<GraphQLSchema> {
  yield;
  const query = schema.getQueryType() ?? undefined;
  if (query === undefined) throw new Error("it has no type for queries");
  assertObjectType(query);
  assertObjectType(schema.getMutationType() ?? query);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isIntrospectionType(type)) {
      checkType(type, defaultOf);
      if (isEmpty(type)) {
        warnings.warn(
          "type_is_empty",
          `${type.name} is described without anything in it.`,
          type.name,
        );
      }
    }
    yield;
  }
  return schema;
}

const isEmpty = (type: GraphQLNamedType): boolean => {
  if (isUnionType(type)) return type.getTypes().length === 0;
  if (isEnumType(type)) return type.getValues().length === 0;
  return "getFields" in type && Object.keys(type.getFields()).length === 0;
};

const checkType = (type: GraphQLNamedType, defaultOf: BuiltSchema["defaultOf"]): void => {
  const checkInput = (value: GraphQLArgument | GraphQLInputField, path: string): void => {
    assertInputType(value.type);
    const found = defaultOf(value, `${path}.${value.name}`);
    value.defaultValue = found?.value;
    if (found !== undefined) value.extensions = { [key]: found.written };
  };
  if (isUnionType(type)) for (const possible of type.getTypes()) assertObjectType(possible);
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) checkInput(field, type.name);
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const implemented of type.getInterfaces()) assertInterfaceType(implemented);
    for (const field of Object.values(type.getFields())) {
      assertOutputType(field.type);
      for (const argument of field.args) checkInput(argument, `${type.name}.${field.name}`);
    }
  }
};
