import { InvalidSourceDocument } from "@executor/sdk";
import type { Json } from "@executor/sdk";
import { readJson, runSteps } from "@executor/plugin-kit";
import type { Steps } from "@executor/plugin-kit";
import { Effect, Either } from "effect";
import type { GraphQLSchema } from "graphql";
import { buildSchema } from "./build-schema.ts";
import { findSchema, readIntrospection } from "./introspection.ts";
import { readSdl } from "./sdl.ts";

/** A schema with a name that the same text always gets. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: GraphQLSchema;
}

/**
 * The schema that a text holds, as an introspection result in JSON or in the schema definition language. `parsed` is what the
 * text is as JSON, where that is known.
 */
export const readSchema: (
  text: string,
  parsed?: Json,
) => Effect.Effect<NamedSchema, InvalidSourceDocument> = Effect.fn("GraphQl.readSchema")(function* (
  text: string,
  parsed?: Json,
) {
  const schema = yield* Effect.mapError(
    runSteps(schemaOf(text, parsed)),
    (problem) =>
      new InvalidSourceDocument({
        message: `This is not a GraphQL schema that can be used: ${problem}. Give the schema in GraphQL's schema definition language, or the JSON of an introspection result.`,
      }),
  );
  return { name: yield* nameOf(text), schema };
});

function* schemaOf(text: string, parsed: Json | undefined): Steps<GraphQLSchema> {
  const start = text.trimStart();
  if (start === "") throw new Error("it is empty");
  if (start.startsWith("<")) throw new Error("it is HTML or XML");
  if (!start.startsWith("{")) return yield* buildSchema(yield* readSdl(text));
  // A description of another kind can be large, and parsing it for nothing slow.
  const mayBeOne = parsed === undefined && text.includes('"__schema"');
  const json = mayBeOne ? Either.getOrUndefined(readJson(text)) : parsed;
  const schema = findSchema(json);
  if (schema === undefined) throw new Error("it is no introspection result");
  return yield* buildSchema(yield* readIntrospection(schema));
}

/** 64 bits of SHA-256. */
const nameOf = (text: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
    (digest) =>
      Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(
        "",
      ),
  );
