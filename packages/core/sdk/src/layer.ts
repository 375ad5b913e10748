import type { SqlClient } from "@effect/sql";
import { Layer } from "effect";
import { builtInPlugin } from "./built-in/built-in-plugin.ts";
import { builtInSource } from "./built-in/built-in-source.ts";
import { SecretStore } from "./credentials/secret-store.ts";
import { Secrets } from "./credentials/secrets.ts";
import { type SecretKey, type SecretKeyError, Vault } from "./credentials/vault.ts";
import { ToolInvoker } from "./invocation/tool-invoker.ts";
import type { SourcePlugins } from "./model/plugin.ts";
import { SourceOfferings } from "./offerings/source-offerings.ts";
import { Policies } from "./policies/policies.ts";
import { SourceAccess } from "./sources/source-access.ts";
import { SourceRows } from "./sources/source-rows.ts";
import { Sources } from "./sources/sources.ts";
import { ToolCatalogue } from "./tools/tool-catalogue.ts";
import { Toolkits } from "./toolkits/toolkits.ts";
import { Tools } from "./tools/tools.ts";

/**
 * Sources, what they offer, toolkits, calls, policies and secrets over a migrated database and the app's kinds of source. Fails if the database was
 * written with another key.
 */
export const sdkLayer: Layer.Layer<
  Sources | SourceOfferings | Tools | Toolkits | ToolInvoker | Policies | Secrets,
  SecretKeyError,
  SqlClient.SqlClient | SourcePlugins | SecretKey
> = Layer.merge(ToolInvoker.layer(builtInPlugin), SourceOfferings.layer).pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      Sources.layer(builtInSource),
      Tools.layer,
      Toolkits.layer,
      Policies.layer,
      Secrets.layer,
    ),
  ),
  Layer.provide(Layer.merge(SourceAccess.layer, SourceRows.layerSecretUsage)),
  Layer.provide(SourceRows.layer),
  Layer.provide(Layer.merge(SecretStore.layer, ToolCatalogue.layer)),
  Layer.provide(Vault.layer),
);
