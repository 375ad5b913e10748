import type { Steps } from "@executor/plugin-kit";
import {
  assertInputType,
  assertInterfaceType,
  assertObjectType,
  assertOutputType,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLUnionType,
  isNullableType,
  parseConstValue,
  specifiedScalarTypes,
  valueFromASTUntyped,
} from "graphql";
import type {
  GraphQLFieldConfig,
  GraphQLInputFieldConfig,
  GraphQLNamedType,
  GraphQLType,
} from "graphql";
import type {
  FieldDescription,
  InputValueDescription,
  SchemaDescription,
  TypeDescription,
  TypeReference,
} from "./type-description.ts";

type Find = (name: string) => GraphQLNamedType;

/**
 * A schema out of its description, as graphql-js's own `buildClientSchema` makes it, but in steps: for GitHub's 1,600 types
 * that one holds the event loop for 50 to 100 ms. Throws an error that names what cannot be.
 */
export function* buildSchema(description: SchemaDescription): Steps<GraphQLSchema> {
  const types = new Map<string, GraphQLNamedType>(
    specifiedScalarTypes.map((type) => [type.name, type]),
  );
  const find: Find = (name) => {
    const type = types.get(name);
    if (type === undefined) throw new Error(`it refers to the type ${name} and does not define it`);
    return type;
  };
  for (const described of description.types) {
    // Introspection lists its own types and the scalars of every schema; they are known.
    if (described.name.startsWith("__") || types.has(described.name)) continue;
    types.set(described.name, makeType(described, find));
    yield;
  }
  for (const type of types.values()) {
    // Asked for one by one, because the schema's constructor asks for all at once.
    if ("getFields" in type) type.getFields();
    if ("getInterfaces" in type) type.getInterfaces();
    yield;
  }
  if (description.query === undefined) throw new Error("it has no type for queries");
  const { mutation } = description;
  return new GraphQLSchema({
    query: assertObjectType(find(description.query)),
    mutation: mutation === undefined ? null : assertObjectType(find(mutation)),
    types: [...types.values()],
    assumeValid: true,
  });
}

const makeType = (described: TypeDescription, find: Find): GraphQLNamedType => {
  const { description, kind, name } = described;
  switch (kind) {
    case "SCALAR":
      return new GraphQLScalarType({ name, description });
    case "OBJECT":
      return new GraphQLObjectType({
        name,
        description,
        interfaces: () => interfacesOf(described, find),
        fields: () => byName(described.fields, (field) => fieldConfig(field, find)),
      });
    case "INTERFACE":
      return new GraphQLInterfaceType({
        name,
        description,
        interfaces: () => interfacesOf(described, find),
        fields: () => byName(described.fields, (field) => fieldConfig(field, find)),
      });
    case "UNION":
      return new GraphQLUnionType({
        name,
        description,
        types: () =>
          (described.possibleTypes ?? []).map((type) => assertObjectType(resolve(type, find))),
      });
    case "ENUM":
      return new GraphQLEnumType({
        name,
        description,
        values: byName(described.enumValues, deprecation),
      });
    case "INPUT_OBJECT":
      return new GraphQLInputObjectType({
        name,
        description,
        isOneOf: described.isOneOf === true,
        fields: () => byName(described.inputFields, (value) => inputConfig(value, find)),
      });
  }
};

const interfacesOf = ({ interfaces }: TypeDescription, find: Find) =>
  (interfaces ?? []).map((type) => assertInterfaceType(resolve(type, find)));

const fieldConfig = (
  field: FieldDescription,
  find: Find,
): GraphQLFieldConfig<unknown, unknown> => ({
  description: field.description,
  type: assertOutputType(resolve(field.type, find)),
  args: byName(field.args, (value) => inputConfig(value, find)),
  ...deprecation(field),
});

const inputConfig = (value: InputValueDescription, find: Find): GraphQLInputFieldConfig => ({
  description: value.description,
  type: assertInputType(resolve(value.type, find)),
  defaultValue: value.defaultValue === undefined ? undefined : literal(value.defaultValue),
  ...deprecation(value),
});

/** A default is shown and never sent, so one that is written badly only counts as being there. */
const literal = (written: string): unknown => {
  try {
    return valueFromASTUntyped(parseConstValue(written));
  } catch {
    return null;
  }
};

const resolve = (reference: TypeReference, find: Find): GraphQLType => {
  const { kind, name, ofType } = reference;
  if (kind === "LIST" && ofType !== undefined) return new GraphQLList(resolve(ofType, find));
  if (kind === "NON_NULL" && ofType !== undefined) {
    const inner = resolve(ofType, find);
    return isNullableType(inner) ? new GraphQLNonNull(inner) : inner;
  }
  if (name === undefined) throw new Error("it refers to a type without giving its name");
  return find(name);
};

const deprecation = ({ isDeprecated }: { readonly isDeprecated?: boolean | undefined }) =>
  isDeprecated === true ? { deprecationReason: "Deprecated." } : {};

const byName = <A extends { readonly name: string }, B>(
  described: ReadonlyArray<A> | undefined,
  make: (one: A) => B,
): Record<string, B> =>
  Object.fromEntries((described ?? []).map((one) => [one.name, make(one)] as const));
