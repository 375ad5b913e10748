import type { Json } from "@executor/sdk";
import { isArray, member, text } from "@executor/plugin-kit";
import type { Steps } from "@executor/plugin-kit";
import { Either, Schema } from "effect";
import { getIntrospectionQuery } from "graphql";
import { TypeDescription } from "./type-description.ts";
import type { SchemaDescription } from "./type-description.ts";

/** What is asked first: with deprecated arguments and oneOf inputs, which servers from before October 2021 do not know. */
export const introspectionQuery = getIntrospectionQuery({
  specifiedByUrl: false,
  directiveIsRepeatable: false,
  inputValueDeprecation: true,
  oneOf: true,
});

/** What every server knows. */
export const olderIntrospectionQuery = getIntrospectionQuery({
  specifiedByUrl: false,
  directiveIsRepeatable: false,
});

/** `__schema` of an introspection result, with or without the `data` around it. */
export const findSchema = (result: Json | undefined): Json | undefined =>
  member(member(result, "data"), "__schema") ?? member(result, "__schema");

const decodeType = Schema.decodeUnknownEither(TypeDescription);

/** Reads the value of `__schema`. Throws an error that says which type is not as introspection gives it. */
export function* readIntrospection(schema: Json): Steps<SchemaDescription> {
  const listed = member(schema, "types");
  if (!isArray(listed)) throw new Error("its introspection result lists no types");
  const types: Array<TypeDescription> = [];
  for (const given of listed) {
    const name = text(member(given, "name")) ?? "a type without a name";
    const type = decodeType(given);
    if (Either.isLeft(type)) {
      throw new Error(`${name} is not described as introspection describes types`);
    }
    types.push(type.right);
    yield;
  }
  return {
    query: text(member(member(schema, "queryType"), "name")),
    mutation: text(member(member(schema, "mutationType"), "name")),
    types,
  };
}
