import { FetchHttpClient } from "@effect/platform";
import { schemaCheck } from "@executor/json-schema";
import type { JsonObject, LoadedSource } from "@executor/sdk";
import * as testing from "@executor/plugin-kit/testing";
import type { Given } from "@executor/plugin-kit/testing";
import { Effect, Schema } from "effect";
import { graphql, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";
import { graphQlPlugin } from "../src/plugin.ts";

export { call, settings, tool } from "@executor/plugin-kit/testing";
export type { Given } from "@executor/plugin-kit/testing";

export const endpoint = "https://api.example.com/graphql";

export const plugin = Effect.provide(graphQlPlugin, FetchHttpClient.layer);

export const load = (given: Given) =>
  Effect.flatMap(plugin, (graphQl) => graphQl.load(testing.settings(given)));

/** The source that a schema makes, its calls going to nobody. */
export const loadText = (document: string) => load({ document, baseUrl: endpoint });

/** What the sdk finds wrong with an input of a source's tool; `undefined` for nothing. */
export const problemsOf = (
  source: LoadedSource,
  path: string,
  input: JsonObject,
): string | undefined => {
  const $defs = Object.fromEntries(source.definitions);
  const outcome = schemaCheck({ ...testing.tool(source, path).inputSchema, $defs })(input, "input");
  if (outcome._tag === "BudgetExceeded") throw new Error("The check takes too many steps.");
  return outcome._tag === "Misfits" ? outcome.problems : undefined;
};

/** Loads the schema and calls one of its tools. */
export const invoke = (given: Given, path: string, input: JsonObject) =>
  Effect.gen(function* () {
    const graphQl = yield* plugin;
    const source = yield* Effect.orDie(graphQl.load(testing.settings(given)));
    return yield* graphQl.invoke(testing.call(source, given, path, input));
  });

const Body = Schema.parseJson(
  Schema.Struct({
    query: Schema.String,
    operationName: Schema.optional(Schema.String),
    variables: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  }),
);

/** graphql-js behind HTTP, with all requests that it got: 400 for what it does not execute, as GraphQL over HTTP has it. */
export const executing = (
  schema: GraphQLSchema,
  rootValue: unknown,
  fieldResolver?: GraphQLFieldResolver<unknown, unknown>,
) =>
  Effect.gen(function* () {
    const sent: Array<typeof Body.Type> = [];
    const url = yield* serve(async (request) => {
      const body = Schema.decodeSync(Body)(await request.text());
      sent.push(body);
      const { operationName, query, variables: variableValues } = body;
      const result = await graphql({
        schema,
        source: query,
        rootValue,
        operationName,
        variableValues,
        fieldResolver,
      });
      return Response.json(result, { status: "data" in result ? 200 : 400 });
    });
    return { url, sent };
  });

/** The endpoint of a real server, for the length of the test. */
export const serve = (handler: (request: Request) => Response | Promise<Response>) =>
  Effect.map(testing.serve(handler), (origin) => `${origin}/graphql`);
