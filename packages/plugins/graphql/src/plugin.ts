import type { HttpClient } from "@effect/platform";
import type { SourcePlugin } from "@executor/sdk";
import { httpAndFiles } from "@executor/plugin-kit";
import { Effect } from "effect";
import { makeSchemaMemory } from "./schema/schema-memory.ts";

/** graphql-js has 129 modules, which an app without such sources neither waits for nor keeps. */
const loaded = Effect.promise(() => import("./source.ts"));

/**
 * The plugin for GraphQL endpoints, described by introspection or by a schema file. Each field of the query and mutation types
 * is one tool; its input is one flat object of the field's arguments, with a selection set under `select`. Local files are read
 * if the context has a `FileSystem`.
 */
export const graphQlPlugin: Effect.Effect<SourcePlugin, never, HttpClient.HttpClient> = Effect.gen(
  function* () {
    const context = yield* httpAndFiles;
    const memory = makeSchemaMemory();
    return {
      kind: "graphql",
      detect: (settings) =>
        loaded.pipe(
          Effect.flatMap(({ detect }) => detect(settings)),
          Effect.provide(context),
        ),
      load: (settings) =>
        loaded.pipe(
          Effect.flatMap(({ load }) => load(settings, memory)),
          Effect.provide(context),
        ),
      invoke: (call) =>
        loaded.pipe(
          Effect.flatMap(({ invoke }) => invoke(call, memory)),
          Effect.provide(context),
        ),
    };
  },
);
