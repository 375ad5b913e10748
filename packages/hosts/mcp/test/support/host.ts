import { Executions, Limits as ExecutionLimits, defaultLimits } from "@executor/execution";
import { QuickJsRunner } from "@executor/runtime-quickjs";
import {
  Namespace,
  NewSource,
  sdkLayer,
  SecretKey,
  SourcePlugins,
  Sources,
  Toolkits,
} from "@executor/sdk";
import { layerMemory } from "@executor/storage/bun";
import { Context, Effect, Layer } from "effect";
import { McpHost } from "../../src/mcp-host.ts";
import { defaultMcpLimits, McpHostLimits, type McpLimits } from "../../src/sessions/sessions.ts";
import { upstreamPlugin } from "./upstream.ts";

/** The host over the real engine and sandbox, served on a port of the loopback interface. */
export class Served extends Context.Tag("Served")<
  Served,
  {
    readonly url: string;
    readonly sources: Context.Tag.Service<typeof Sources>;
    readonly toolkits: Context.Tag.Service<typeof Toolkits>;
    readonly stopListening: () => void;
  }
>() {}

export interface ServedOptions {
  readonly mcp?: Partial<McpLimits>;
  readonly execution?: Partial<typeof defaultLimits>;
}

export const source = (namespace: string): NewSource =>
  new NewSource({ namespace: Namespace.make(namespace), kind: "mcp" });

export const served = ({ mcp = {}, execution = {} }: ServedOptions = {}) =>
  Layer.scoped(
    Served,
    Effect.gen(function* () {
      const sources = yield* Sources;
      const toolkits = yield* Toolkits;
      yield* sources.add(source("up"));
      const { handle, stopListening } = yield* McpHost;
      const server = yield* Effect.acquireRelease(
        Effect.sync(() =>
          Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch: handle }),
        ),
        (listening) => Effect.promise(() => listening.stop(true)),
      );
      return { url: `http://127.0.0.1:${server.port}/mcp`, sources, toolkits, stopListening };
    }),
  ).pipe(
    Layer.provide(
      McpHost.layer({
        version: "1.2.3",
        holderOf: ({ headers }) => headers.get("test-holder") ?? "",
        toolkitOf: ({ url }) => /\/mcp\/(.+)$/.exec(url)?.[1],
      }),
    ),
    Layer.provide(Executions.layer),
    Layer.provide(sdkLayer),
    Layer.provide(QuickJsRunner.layer()),
    Layer.provide(layerMemory),
    Layer.provide(SecretKey.layerTest),
    Layer.provide(Layer.succeed(SourcePlugins, new Map([[upstreamPlugin.kind, upstreamPlugin]]))),
    Layer.provide(Layer.succeed(McpHostLimits, { ...defaultMcpLimits, ...mcp })),
    Layer.provide(Layer.succeed(ExecutionLimits, { ...defaultLimits, ...execution })),
    Layer.orDie,
  );
