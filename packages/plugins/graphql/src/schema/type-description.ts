import { Schema } from "effect";

/**
 * A type as introspection tells of it (GraphQL October 2021, section 4.2, "Schema Introspection"), as far as tools need it.
 * What a schema file says is brought into the same shape.
 */
export interface TypeReference {
  readonly kind: string;
  readonly name?: string | undefined;
  readonly ofType?: TypeReference | undefined;
}

interface WrittenReference {
  readonly kind: string;
  readonly name?: string | null | undefined;
  readonly ofType?: WrittenReference | null | undefined;
}

const absent = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalWith(schema, { nullable: true });

const TypeReference: Schema.Schema<TypeReference, WrittenReference> = Schema.Struct({
  kind: Schema.String,
  name: absent(Schema.String),
  ofType: absent(Schema.suspend(() => TypeReference)),
});

const InputValueDescription = Schema.Struct({
  name: Schema.String,
  description: absent(Schema.String),
  type: TypeReference,
  /** A GraphQL literal. */
  defaultValue: absent(Schema.String),
  isDeprecated: absent(Schema.Boolean),
});
export type InputValueDescription = typeof InputValueDescription.Type;

const FieldDescription = Schema.Struct({
  name: Schema.String,
  description: absent(Schema.String),
  args: Schema.Array(InputValueDescription),
  type: TypeReference,
  isDeprecated: absent(Schema.Boolean),
});
export type FieldDescription = typeof FieldDescription.Type;

const EnumValueDescription = Schema.Struct({
  name: Schema.String,
  isDeprecated: absent(Schema.Boolean),
});
export type EnumValueDescription = typeof EnumValueDescription.Type;

const TypeKind = Schema.Literal("SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT");
export type TypeKind = typeof TypeKind.Type;

export const TypeDescription = Schema.Struct({
  kind: TypeKind,
  name: Schema.String,
  description: absent(Schema.String),
  fields: absent(Schema.Array(FieldDescription)),
  inputFields: absent(Schema.Array(InputValueDescription)),
  interfaces: absent(Schema.Array(TypeReference)),
  enumValues: absent(Schema.Array(EnumValueDescription)),
  possibleTypes: absent(Schema.Array(TypeReference)),
  isOneOf: absent(Schema.Boolean),
});
export type TypeDescription = typeof TypeDescription.Type;

/** A whole schema: its types, and the names of those that operations begin at. */
export interface SchemaDescription {
  readonly query: string | undefined;
  readonly mutation: string | undefined;
  readonly types: ReadonlyArray<TypeDescription>;
}
