import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member, type Steps, text } from "@executor/plugin-kit";
import {
  buildClientSchema,
  DEFAULT_DEPRECATION_REASON,
  getIntrospectionQuery,
  parseConstValue,
  specifiedScalarTypes,
} from "graphql";
import type { IntrospectionQuery } from "graphql";
import type { BuiltSchema, Default } from "./built-schema.ts";
import { literalValue } from "./literal.ts";

/** The first query, with deprecated arguments and oneOf inputs, which servers from before October 2021 do not know. */
export const introspectionQuery = getIntrospectionQuery({
  specifiedByUrl: false,
  directiveIsRepeatable: false,
  inputValueDeprecation: true,
  oneOf: true,
});

/** The query that every server knows. */
export const olderIntrospectionQuery = getIntrospectionQuery({
  specifiedByUrl: false,
  directiveIsRepeatable: false,
});

const maxTypes = 50_000;

/** `__schema` of an introspection result, with or without `data` around it. */
export const findSchema = (result: Json | undefined): Json | undefined =>
  member(member(result, "data"), "__schema") ?? member(result, "__schema");

/**
 * Builds a schema from the value of `__schema` (GraphQL October 2021, section 4.2). It accepts more than graphql-js: lists that
 * a server leaves out, types that are non-null twice, and defaults that are not literals. Throws an error that names the problem.
 */
export function* readIntrospection(schema: Json): Steps<BuiltSchema> {
  const listed = member(schema, "types");
  if (!isArray(listed)) throw new Error("its introspection result lists no types");
  if (listed.length > maxTypes) throw new Error(`it has more than ${maxTypes} types`);
  const defaults = new Map<string, Default>();
  const types: Array<Json> = specifiedScalarTypes.map(({ name }) => ({ kind: "SCALAR", name }));
  for (const type of listed) {
    types.push(completeType(type, defaults));
    yield;
  }
  const queryType = member(schema, "queryType") ?? null;
  const mutationType = member(schema, "mutationType") ?? null;
  const result = { __schema: { queryType, mutationType, types, directives: [] } };
  if (!isIntrospection(result)) throw new Error("it is not an introspection result");
  return {
    schema: buildClientSchema(result, { assumeValid: true }),
    defaultOf: (_, path) => defaults.get(path),
  };
}

/** True for results of `completeType`; graphql-js checks kinds and references itself. */
const isIntrospection = (result: object): result is IntrospectionQuery => "__schema" in result;

interface Named extends JsonObject {
  readonly name: string;
}

/** A type with everything that graphql-js insists on. `defaults` takes its default values by their path. */
const completeType = (type: Json, defaults: Map<string, Default>): JsonObject => {
  const typeName = text(member(type, "name"));
  const undescribed = (): Error =>
    new Error(
      `${typeName ?? "a type without a name"} is not described as introspection describes types`,
    );
  if (typeName === undefined || text(member(type, "kind")) === undefined) throw undescribed();

  const list = (of: Json, key: string): ReadonlyArray<Named> => {
    const given = member(of, key);
    return (isArray(given) ? given : []).map((one) => {
      const name = text(member(one, "name"));
      if (!isObject(one) || name === undefined) throw undescribed();
      return { ...one, name, deprecationReason: deprecationOf(one) };
    });
  };

  const reference = (to: Json | undefined): JsonObject => {
    if (!isObject(to)) throw undescribed();
    const { kind, ofType } = to;
    if (!isObject(ofType)) return to;
    const inner = reference(ofType);
    return kind === "NON_NULL" && inner["kind"] === kind ? inner : { ...to, ofType: inner };
  };

  const inputs = (of: Json, key: string, path: string): ReadonlyArray<JsonObject> =>
    list(of, key).map((value) => {
      const { defaultValue, name } = value;
      if (typeof defaultValue === "string") {
        defaults.set(`${path}.${name}`, { value: literal(defaultValue), written: defaultValue });
      }
      return { ...value, type: reference(value["type"]), defaultValue: null };
    });

  return {
    ...(isObject(type) ? type : {}),
    fields: list(type, "fields").map((field) => ({
      ...field,
      type: reference(field["type"]),
      args: inputs(field, "args", `${typeName}.${field.name}`),
    })),
    inputFields: inputs(type, "inputFields", typeName),
    interfaces: list(type, "interfaces"),
    enumValues: list(type, "enumValues"),
    possibleTypes: list(type, "possibleTypes"),
  };
};

/** `null` for what is not deprecated: servers also give reasons for that. */
const deprecationOf = ({ deprecationReason, isDeprecated }: JsonObject): string | null =>
  isDeprecated === true ? (text(deprecationReason) ?? DEFAULT_DEPRECATION_REASON) : null;

/** A default is shown and never sent: a broken literal only counts as a default. */
const literal = (written: string): Json => {
  try {
    return literalValue(parseConstValue(written));
  } catch {
    return null;
  }
};
