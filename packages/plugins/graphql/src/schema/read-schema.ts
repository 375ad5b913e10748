import { InvalidSourceDocument, type Json, type SourceWarning } from "@executor/sdk";
import {
  makeWarnings,
  readJsonInSteps,
  runSteps,
  type Steps,
  type Warnings,
} from "@executor/plugin-kit";
import { Effect, Either } from "effect";
import type { GraphQLSchema } from "graphql";
import { checked } from "./built-schema.ts";
import { findSchema, readIntrospection } from "./introspection.ts";
import { readSdl } from "./sdl.ts";

/** A schema with a name: equal texts have equal names. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: GraphQLSchema;
  /** Everything in the text that is not used as it is written. */
  readonly warnings: ReadonlyArray<SourceWarning>;
}

/**
 * Reads a schema from the JSON of an introspection result or from GraphQL's schema definition language. `parsed`: the text's
 * JSON value, if it is known.
 */
export const readSchema = Effect.fn("GraphQl.readSchema")(function* (text: string, parsed?: Json) {
  const warnings = makeWarnings();
  const schema = yield* Effect.mapError(
    runSteps(schemaOf(text, parsed, warnings)),
    (problem) =>
      new InvalidSourceDocument({
        message: `This is not a GraphQL schema that can be used: ${problem.replace(/\.$/, "")}. Give the schema in GraphQL's schema definition language, or the JSON of an introspection result.`,
      }),
  );
  return { name: yield* nameOf(text), schema, warnings: warnings.all() };
});

function* schemaOf(
  text: string,
  parsed: Json | undefined,
  warnings: Warnings,
): Steps<GraphQLSchema> {
  const start = text.trimStart();
  if (start === "") throw new Error("it is empty");
  if (start.startsWith("<")) throw new Error("it is HTML or XML");
  if (!start.startsWith("{")) return yield* checked(yield* readSdl(text, warnings), warnings);
  // A large document of another kind is not worth parsing.
  const mayBeOne = parsed === undefined && text.includes('"__schema"');
  const json = mayBeOne ? Either.getOrUndefined(yield* readJsonInSteps(text)) : parsed;
  const schema = findSchema(json);
  if (schema === undefined) throw new Error("it is not an introspection result");
  yield;
  return yield* checked(yield* readIntrospection(schema, warnings), warnings);
}

/** 64 bits of SHA-256 in hexadecimal. */
const nameOf = (text: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
    (digest) => new Uint8Array(digest, 0, 8).toHex(),
  );
