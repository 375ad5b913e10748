import { graphQlPlugin } from "@executor/plugin-graphql";
import { mcpPlugin } from "@executor/plugin-mcp";
import { openApiPlugin } from "@executor/plugin-openapi";
import { SourcePlugins } from "@executor/sdk";
import { Effect, Layer } from "effect";
import { version } from "./version.ts";

/** The kinds of source that this app offers. MCP servers are remote ones: nothing is started here. */
export const plugins = Layer.scoped(
  SourcePlugins,
  Effect.map(
    Effect.all([openApiPlugin, graphQlPlugin, mcpPlugin({ version })]),
    (all) => new Map(all.map((plugin) => [plugin.kind, plugin])),
  ),
);
