import * as Storage from "@executor/storage/bun";
import { Effect, Layer } from "effect";
import { join } from "node:path";
import { dataDirectory } from "./config.ts";
import { databaseFile, makeDataDirectory } from "./data-directory.ts";
import { rotateKey, secretKeyLayer } from "./secret-key.ts";

/** {@link rotateKey} for the database in the data directory, which no daemon may use meanwhile. */
export const rotateDaemonKey = Effect.gen(function* () {
  const directory = yield* dataDirectory;
  yield* makeDataDirectory(directory);
  return yield* Effect.provide(
    rotateKey(directory),
    Layer.provideMerge(secretKeyLayer(directory), Storage.layer(join(directory, databaseFile))),
  );
});
