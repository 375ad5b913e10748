import { FetchHttpClient } from "@effect/platform";
import type {
  JsonObject,
  LoadedSource,
  Namespace,
  ResolvedSettings,
  ToolDefinition,
} from "@executor/sdk";
import { Effect, Either, Schema } from "effect";
import { openApiPlugin } from "../src/index.ts";
import { parseJson } from "../src/json-values.ts";

export type Given = Partial<ResolvedSettings>;

export const settings = (given: Given): ResolvedSettings => ({
  headers: {},
  timeoutMs: 30_000,
  ...given,
});

export const plugin = Effect.provide(openApiPlugin, FetchHttpClient.layer);

/** A description with these paths, complete enough to be read. */
export const describing = (paths: JsonObject, rest: JsonObject = {}): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Test", version: "1" },
    servers: [{ url: "https://api.example.com/v1" }],
    paths,
    ...rest,
  });

export const load = (document: string, given: Given = {}) =>
  Effect.flatMap(plugin, (openApi) => openApi.load(settings({ document, ...given })));

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

/** Loads the description and calls one of its tools, as it was stored and read back. */
export const invoke = (document: string, path: string, input: JsonObject, given: Given = {}) =>
  Effect.gen(function* () {
    const openApi = yield* plugin;
    const resolved = settings({ document, ...given });
    const source = yield* openApi.load(resolved);
    const binding = Either.getOrThrow(parseJson(JSON.stringify(tool(source, path).binding)));
    return yield* openApi.invoke({
      namespace,
      url: source.url,
      settings: resolved,
      address: `test.${path}`,
      binding,
      input,
    });
  });

/** A real server on a free port of the loopback address, for the length of the test. */
export const serve = (handler: (request: Request, url: URL) => Response | Promise<Response>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        idleTimeout: 0,
        fetch: (request) => handler(request, new URL(request.url)),
      }),
    ),
    (server) => Effect.promise(() => server.stop(true)),
  ).pipe(Effect.map((server) => `http://127.0.0.1:${server.port}`));
