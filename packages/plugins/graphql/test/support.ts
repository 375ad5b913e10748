import { FetchHttpClient } from "@effect/platform";
import type { JsonObject } from "@executor/sdk";
import * as testing from "@executor/plugin-kit/testing";
import type { Given } from "@executor/plugin-kit/testing";
import { Effect } from "effect";
import { graphQlPlugin } from "../src/plugin.ts";

export { call, settings, tool } from "@executor/plugin-kit/testing";
export type { Given } from "@executor/plugin-kit/testing";

export const endpoint = "https://api.example.com/graphql";

export const plugin = Effect.provide(graphQlPlugin, FetchHttpClient.layer);

export const load = (given: Given) =>
  Effect.flatMap(plugin, (graphQl) => graphQl.load(testing.settings(given)));

/** The source that a schema makes, its calls going to nobody. */
export const loadText = (document: string) => load({ document, baseUrl: endpoint });

/** Loads the schema and calls one of its tools. */
export const invoke = (given: Given, path: string, input: JsonObject) =>
  Effect.gen(function* () {
    const graphQl = yield* plugin;
    const source = yield* Effect.orDie(graphQl.load(testing.settings(given)));
    return yield* graphQl.invoke(testing.call(source, given, path, input));
  });

/** The endpoint of a real server, for the length of the test. */
export const serve = (handler: (request: Request) => Response | Promise<Response>) =>
  Effect.map(testing.serve(handler), (origin) => `${origin}/graphql`);
