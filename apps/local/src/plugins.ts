import { openApiPlugin } from "@executor/plugin-openapi";
import { SourcePlugins } from "@executor/sdk";
import { Effect, Layer } from "effect";

/** The kinds of source that this app offers. */
export const plugins = Layer.effect(
  SourcePlugins,
  Effect.map(
    Effect.all([openApiPlugin]),
    (all) => new Map(all.map((plugin) => [plugin.kind, plugin])),
  ),
);
