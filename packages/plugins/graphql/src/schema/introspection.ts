import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member, type Steps, text, type Warnings } from "@executor/plugin-kit";
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
import { makeUsedTypes, type UsedTypes } from "./missing-types.ts";
import { warnTwice } from "./sdl-definitions.ts";

/**
 * The queries to ask, the next where a server refuses the one before: with oneOf inputs, which came with September 2025; as
 * October 2021 has it; and as every server knows it.
 */
export const introspectionQueries: ReadonlyArray<string> = [
  { specifiedByUrl: true, inputValueDeprecation: true, oneOf: true },
  { specifiedByUrl: true, inputValueDeprecation: true },
  { specifiedByUrl: false },
].map((options) => getIntrospectionQuery({ directiveIsRepeatable: false, ...options }));

const maxTypes = 50_000;

/** `__schema` of an introspection result, with or without `data` around it. */
export const findSchema = (result: Json | undefined): Json | undefined =>
  member(member(result, "data"), "__schema") ?? member(result, "__schema");

/**
 * Builds a schema from the value of `__schema` (GraphQL October 2021, section 4.2). It accepts more than graphql-js: lists that
 * a server leaves out, types that are non-null twice, and defaults that are not literals. Throws an error that names the problem.
 */
export function* readIntrospection(schema: Json, warnings: Warnings): Steps<BuiltSchema> {
  const listed = member(schema, "types");
  if (!isArray(listed)) throw new Error("its introspection result lists no types");
  if (listed.length > maxTypes) throw new Error(`it has more than ${maxTypes} types`);
  const defaults = new Map<string, Default>();
  const used = makeUsedTypes();
  const complete = completer({ defaults, used, warnings });
  const described = new Map<string, CompleteType>();
  for (const type of listed) {
    const completed = complete(type);
    if (described.has(completed.name)) {
      warnings.warn(
        "type_defined_twice",
        `${completed.name} is described more than once. The last description is used.`,
        completed.name,
      );
    }
    described.set(completed.name, completed);
    yield;
  }
  const isDescribed = ({ name }: Named, { name: of }: Named): boolean => {
    if (described.has(name)) return true;
    warnings.warn(
      "type_not_defined",
      `${name} is named as a type of ${of}, but is not described. It is left out.`,
      `${of}.${name}`,
    );
    return false;
  };
  const types: Array<Json> = [];
  for (const type of described.values()) {
    const known = (of: Named): boolean => isDescribed(of, type);
    const { interfaces, possibleTypes } = type;
    types.push({
      ...type,
      interfaces: interfaces.filter(known),
      possibleTypes: possibleTypes.filter(known),
    });
    yield;
  }
  const scalars = [
    ...specifiedScalarTypes.map(({ name }) => name).filter((name) => !described.has(name)),
    ...used.missing((type) => described.has(type), warnings),
  ];
  const root = (key: string): Json => member(schema, key) ?? null;
  const subscriptionType = root("subscriptionType");
  const result = {
    __schema: {
      queryType: root("queryType"),
      mutationType: root("mutationType"),
      subscriptionType: described.has(text(member(subscriptionType, "name")) ?? "")
        ? subscriptionType
        : null,
      types: [...types, ...scalars.map((name) => ({ kind: "SCALAR", name }))],
      directives: [],
    },
  };
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

interface CompleteType extends Named {
  readonly interfaces: ReadonlyArray<Named>;
  readonly possibleTypes: ReadonlyArray<Named>;
}

interface Reading {
  /** Takes defaults by their path. */
  readonly defaults: Map<string, Default>;
  readonly used: UsedTypes;
  readonly warnings: Warnings;
}

/** Gives types with everything that graphql-js insists on. */
const completer = ({ defaults, used, warnings }: Reading): ((type: Json) => CompleteType) => {
  const list = (of: Json, key: string, place: string): ReadonlyArray<Named> => {
    const given = member(of, key);
    const named = new Map<string, Named>();
    for (const one of isArray(given) ? given : []) {
      const name = text(member(one, "name"));
      if (!isObject(one) || name === undefined) throw undescribed(place);
      if (named.has(name)) warnTwice(warnings, `${place}.${name}`);
      named.set(name, { ...one, name, deprecationReason: deprecationOf(one) });
    }
    return [...named.values()];
  };

  const reference = (to: Json | undefined, place: string): JsonObject => {
    if (!isObject(to)) throw undescribed(place);
    const { kind, ofType } = to;
    if (!isObject(ofType)) {
      const name = text(member(to, "name"));
      if (name !== undefined) used.use(name, place, kind === "SCALAR");
      return to;
    }
    const inner = reference(ofType, place);
    return kind === "NON_NULL" && inner["kind"] === kind ? inner : { ...to, ofType: inner };
  };

  const inputs = (of: Json, key: string, place: string): ReadonlyArray<JsonObject> =>
    list(of, key, place).map((value) => {
      const at = `${place}.${value.name}`;
      const { defaultValue } = value;
      if (typeof defaultValue === "string") {
        const read = literal(defaultValue);
        if (read === undefined) {
          warnings.warn(
            "default_not_readable",
            `The default of ${at} is not written as GraphQL writes values, and is not shown. It applies all the same.`,
            at,
          );
        }
        defaults.set(at, { value: read ?? null, written: defaultValue });
      }
      return { ...value, type: reference(value["type"], at), defaultValue: null };
    });

  return (type) => {
    const name = text(member(type, "name"));
    if (name === undefined || text(member(type, "kind")) === undefined) throw undescribed(name);
    return {
      ...(isObject(type) ? type : {}),
      name,
      fields: list(type, "fields", name).map((field) => ({
        ...field,
        type: reference(field["type"], `${name}.${field.name}`),
        args: inputs(field, "args", `${name}.${field.name}`),
      })),
      inputFields: inputs(type, "inputFields", name),
      interfaces: list(type, "interfaces", name),
      enumValues: list(type, "enumValues", name),
      possibleTypes: list(type, "possibleTypes", name),
    };
  };
};

const undescribed = (place = "a type without a name"): Error =>
  new Error(`${place} is not described as introspection describes types`);

/** `null` for what is not deprecated: servers also give reasons for that. */
const deprecationOf = ({ deprecationReason, isDeprecated }: JsonObject): string | null =>
  isDeprecated === true ? (text(deprecationReason) ?? DEFAULT_DEPRECATION_REASON) : null;

const literal = (written: string): Json | undefined => {
  try {
    return literalValue(parseConstValue(written));
  } catch {
    return undefined;
  }
};
