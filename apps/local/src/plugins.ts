import { graphQlPlugin } from "@executor/plugin-graphql";
import { mcpPlugin } from "@executor/plugin-mcp";
import { stdioTransport } from "@executor/plugin-mcp/stdio";
import { openApiPlugin } from "@executor/plugin-openapi";
import { SourcePlugins } from "@executor/sdk";
import { Effect, Layer } from "effect";
import { version } from "./version.ts";

/** The kinds of source that this app offers. */
export const plugins = Layer.scoped(
  SourcePlugins,
  Effect.map(
    Effect.all([openApiPlugin, graphQlPlugin, mcpPlugin({ version, stdio: stdioTransport })]),
    (all) => new Map(all.map((plugin) => [plugin.kind, plugin])),
  ),
);
