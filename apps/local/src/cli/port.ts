import { Options } from "@effect/cli";
import { port } from "../server/config.ts";

/** `--port`, which wins over `EXECUTOR_PORT`. */
export const portOption = Options.integer("port").pipe(
  Options.withAlias("p"),
  Options.withDescription("The daemon's port"),
  Options.withFallbackConfig(port),
);
