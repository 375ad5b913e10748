import { QuickJsRunner } from "@executor/runtime-quickjs";
import { sdkLayer, SecretKey, SourcePlugins } from "@executor/sdk";
import { layerMemory } from "@executor/storage/bun";
import { Layer } from "effect";
import { Executions } from "../../src/executions.ts";
import { defaultLimits, type ExecutionLimits, Limits } from "../../src/limits.ts";
import { shopPlugin } from "./plugin.ts";

/** Executions in the real sandbox, with the built-in tools, on a fresh database. */
export const layerWith = (limits: Partial<ExecutionLimits> = {}) =>
  Executions.layer.pipe(
    Layer.provide(Layer.succeed(Limits, { ...defaultLimits, ...limits })),
    Layer.provideMerge(sdkLayer),
    Layer.provideMerge(QuickJsRunner.layer()),
    Layer.provide(SecretKey.layerTest),
    Layer.provideMerge(layerMemory),
    Layer.provide(Layer.succeed(SourcePlugins, new Map([[shopPlugin.kind, shopPlugin]]))),
  );
