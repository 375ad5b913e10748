import { FetchHttpClient } from "@effect/platform";
import type { JsonObject } from "@executor/sdk";
import * as testing from "@executor/plugin-kit/testing";
import type { Given } from "@executor/plugin-kit/testing";
import { Effect } from "effect";
import { openApiPlugin } from "../src/plugin.ts";

export { settings, tool } from "@executor/plugin-kit/testing";
export type { Given } from "@executor/plugin-kit/testing";

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
  Effect.flatMap(plugin, (openApi) => openApi.load(testing.settings({ document, ...given })));

/** Loads the description and calls one of its tools. */
export const invoke = (document: string, path: string, input: JsonObject, given: Given = {}) =>
  Effect.gen(function* () {
    const openApi = yield* plugin;
    const resolved = { document, ...given };
    const source = yield* openApi.load(testing.settings(resolved));
    return yield* openApi.invoke(testing.call(source, resolved, path, input));
  });

/** A real server on a free port of the loopback address, for the length of the test. */
export const serve = (handler: (request: Request, url: URL) => Response | Promise<Response>) =>
  testing.serve((request) => handler(request, new URL(request.url)));
