import type { SqlClient } from "@effect/sql";
import { Layer } from "effect";
import { ToolResolver } from "./tools/resolver.ts";
import { SecretStore } from "./credentials/secret-store.ts";
import { SourceAccess } from "./sources/source-access.ts";
import { SourceRows } from "./sources/source-rows.ts";
import { Vault } from "./credentials/vault.ts";
import type { SourcePlugins } from "./model/plugin.ts";
import { Policies } from "./policies/policies.ts";
import type { SecretKey, SecretKeyError } from "./credentials/secret-key.ts";
import { Secrets } from "./credentials/secrets.ts";
import { Sources } from "./sources/sources.ts";
import { ToolInvoker } from "./invocation/tool-invoker.ts";
import { Tools } from "./tools/tools.ts";

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
