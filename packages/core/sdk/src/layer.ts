import type { SqlClient } from "@effect/sql";
import { Layer } from "effect";
import { ToolResolver } from "./internal/resolver.ts";
import { SecretStore } from "./internal/secret-store.ts";
import { SourceAccess } from "./internal/source-access.ts";
import { SourceRows } from "./internal/source-rows.ts";
import { Vault } from "./internal/vault.ts";
import type { SourcePlugins } from "./plugin.ts";
import { Policies } from "./policies.ts";
import type { SecretKey, SecretKeyError } from "./secret-key.ts";
import { Secrets } from "./secrets.ts";
import { Sources } from "./sources.ts";
import { ToolInvoker } from "./tool-invoker.ts";
import { Tools } from "./tools.ts";

/**
 * Sources, their tools and the calling of them, policies and secrets, over a migrated database and the app's kinds of source.
 * Fails where the database was written with another key.
 */
export const sdkLayer: Layer.Layer<
  Sources | Tools | ToolInvoker | Policies | Secrets,
  SecretKeyError,
  SqlClient.SqlClient | SourcePlugins | SecretKey
> = ToolInvoker.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(Sources.layer, Tools.layer, Policies.layer, Secrets.layer)),
  Layer.provide(Layer.merge(ToolResolver.layer, SourceAccess.layer)),
  Layer.provide(Layer.merge(SecretStore.layer, SourceRows.layer)),
  Layer.provide(Vault.layer),
);
