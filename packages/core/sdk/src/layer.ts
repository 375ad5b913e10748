import type { SqlClient } from "@effect/sql";
import { Layer } from "effect";
import { ToolResolver } from "./internal/resolver.ts";
import type { SourcePlugins } from "./plugin.ts";
import { Sources } from "./sources.ts";
import { ToolInvoker } from "./tool-invoker.ts";
import { Tools } from "./tools.ts";

/** Sources, their tools and the calling of them, over a migrated database and the app's kinds of source. */
export const sdkLayer: Layer.Layer<
  Sources | Tools | ToolInvoker,
  never,
  SqlClient.SqlClient | SourcePlugins
> = ToolInvoker.layer.pipe(
  Layer.provideMerge(Layer.merge(Sources.layer, Tools.layer)),
  Layer.provide(ToolResolver.layer),
);
