import { graphQlPlugin } from "@executor/plugin-graphql";
import { mcpPlugin } from "@executor/plugin-mcp";
import { openApiPlugin } from "@executor/plugin-openapi";
import { SourcePlugins } from "@executor/sdk";
import { Effect, Layer } from "effect";
import { version } from "./environment.ts";

/** Kinds of source of this app. MCP servers are remote: the app starts no process. */
export const plugins = Layer.scoped(
  SourcePlugins,
  Effect.map(
    Effect.all([openApiPlugin, graphQlPlugin, mcpPlugin({ version })]),
    (all) => new Map(all.map((plugin) => [plugin.kind, plugin])),
  ),
);
