import { AppVersion, CoreApiLayer, makeWebHandler } from "@executor/api";
import { Executions } from "@executor/execution";
import { QuickJsRunner } from "@executor/runtime-quickjs";
import { sdkLayer } from "@executor/sdk";
import { StorageError } from "@executor/storage";
import * as Storage from "@executor/storage/bun";
import { processMetricsLayer } from "@executor/telemetry";
import { FetchHttpClient } from "@effect/platform";
import { BunFileSystem, BunHttpServer } from "@effect/platform-bun";
import { Effect, Layer } from "effect";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { plugins } from "../plugins.ts";
import { commit, version } from "../version.ts";
import { loopbackGate } from "./gate.ts";

/** Everything that answers requests, on the database in `dataDirectory`. */
const serverLayer = (dataDirectory: string) =>
  CoreApiLayer.pipe(
    Layer.provide(Executions.layer),
    Layer.provide(sdkLayer),
    Layer.provide(QuickJsRunner.layer()),
    Layer.provide(plugins),
    Layer.provide(Layer.merge(FetchHttpClient.layer, BunFileSystem.layer)),
    Layer.provide(Storage.layer(join(dataDirectory, "executor.db"))),
    Layer.provide(Layer.succeed(AppVersion, version)),
    Layer.merge(processMetricsLayer({ version, commit: commit(), runtime: `bun ${Bun.version}` })),
    Layer.merge(BunHttpServer.layerContext),
  );

/** Builds the daemon's services and gives what answers its requests. Closing the scope ends them. */
export const createServerHandlers = (dataDirectory: string) =>
  Effect.zipRight(
    makeDirectory(dataDirectory),
    makeWebHandler(serverLayer(dataDirectory), loopbackGate),
  );

/** Only its owner may read the directory: the database holds what sources need to be called. */
const makeDirectory = (directory: string) =>
  Effect.try({
    try: () => mkdirSync(directory, { recursive: true, mode: 0o700 }),
    catch: (error) =>
      new StorageError({
        message: `The data directory ${directory} cannot be made: ${error instanceof Error ? error.message : String(error)}. Choose another with EXECUTOR_DATA_DIR.`,
      }),
  });
