import { FetchHttpClient } from "@effect/platform";
import type {
  JsonObject,
  LoadedSource,
  Namespace,
  ResolvedSettings,
  ToolCall,
  ToolDefinition,
} from "@executor/sdk";
import { Effect, Option, Schema } from "effect";
import { graphQlPlugin } from "../src/index.ts";
import { parseJson } from "../src/json-values.ts";

export type Given = Partial<ResolvedSettings>;

export const endpoint = "https://api.example.com/graphql";

export const plugin = Effect.provide(graphQlPlugin, FetchHttpClient.layer);

export const settings = (given: Given): ResolvedSettings => ({
  headers: {},
  timeoutMs: 30_000,
  ...given,
});

export const load = (given: Given) =>
  Effect.flatMap(plugin, (graphQl) => graphQl.load(settings(given)));

/** The source that a schema makes, its calls going to nobody. */
export const loadText = (document: string) => load({ document, baseUrl: endpoint });

export const tool = (source: LoadedSource, path: string): ToolDefinition => {
  const found = source.tools.find((candidate) => candidate.path === path);
  if (found === undefined) {
    throw new Error(`No tool ${path} among ${source.tools.map((each) => each.path).join(", ")}`);
  }
  return found;
};

const namespace: Namespace = Schema.decodeSync(Schema.String.pipe(Schema.brand("Namespace")))(
  "test",
);

/** Loads the schema and calls one of its tools, as it was stored and read back. */
export const invoke = (given: Given, path: string, input: JsonObject) =>
  Effect.gen(function* () {
    const graphQl = yield* plugin;
    const source = yield* Effect.orDie(graphQl.load(settings(given)));
    return yield* graphQl.invoke(call(source, given, path, input));
  });

export const call = (
  source: LoadedSource,
  given: Given,
  path: string,
  input: JsonObject,
): ToolCall => ({
  namespace,
  url: source.url,
  settings: settings(given),
  address: `test.${path}`,
  binding: Option.getOrThrow(parseJson(JSON.stringify(tool(source, path).binding))),
  input,
});

/** A real server on a free port of the loopback address, for the length of the test. */
export const serve = (handler: (request: Request) => Response | Promise<Response>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch: handler }),
    ),
    (server) => Effect.promise(() => server.stop(true)),
  ).pipe(Effect.map((server) => `http://127.0.0.1:${server.port}/graphql`));
